import type * as port from "../../../../core/mod.ts";
import { promised } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function runsPort({ db, workers, runs, pools, log, following }: Parts): port.Runs {
  return promised<port.Runs>({
    async beginRun(request, at) {
      const run = await workers.write(() => runs.begin(request, at, log.head()));
      following.tell();
      return run;
    },
    endRun: (run, status, summary, at) =>
      db.write(() => {
        runs.end(run, status, summary, at, log.head());
        pools.end(run);
      }),
    runs: (limit, filter = {}) => db.read(() => runs.list(limit, filter)),
    runStatuses: (ids) => runs.statuses(ids),
    runCounts: () => db.read(() => runs.counts()),
    runCountsBetween: (bounds) => db.read(() => runs.countsBetween(bounds)),
    run: (id) => db.read(() => runs.get(id)),
    log: (run, entries) => db.write(() => runs.log(run, entries)),
    logs: (run, page = {}) => runs.logs(run, page),
  });
}
