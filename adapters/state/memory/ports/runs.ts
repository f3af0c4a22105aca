import type * as port from "../../../../core/mod.ts";
import { yielding } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function runsPort({ worker, runs, pools }: Parts): port.Runs {
  return yielding<port.Runs>({
    beginRun(request, at) {
      if (request.key !== undefined) {
        throw new Error(`beginning a run: found the key "${request.key}", wanted none`);
      }
      return runs.insert(request, at, { status: "running", worker, queue: null });
    },
    endRun(id, status, summary, at) {
      runs.end(id, status, summary, at);
      pools.end(id);
    },
    runs: (limit, filter = {}) => runs.list(limit, filter),
    runStatuses: (ids) =>
      new Map(ids.flatMap((id) => {
        const run = runs.record(id);
        return run === undefined ? [] : [[id, run.status]];
      })),
    runCounts: () => runs.counts(),
    runCountsBetween: (bounds) =>
      bounds.slice(1).map((until, place) => runs.counts({ since: bounds[place]!, until })),
    run: (id) => runs.withSteps(id),
    log: (run, entries) => runs.log(run, entries),
    logs: (run, page = {}) => runs.logs(run, page),
  });
}
