import type * as port from "../../../../core/mod.ts";
import { yielding } from "../../promised.ts";
import type { Parts } from "../parts.ts";
import { snapshot } from "../snapshot.ts";

export function eventLogPort({ store, registry, log, leads, runs, claims }: Parts): port.EventLog {
  return yielding<port.EventLog>({
    register: (assets, at, options) => registry.register(assets, at, options),
    assets: () => registry.all(),
    snapshot: (keys) => snapshot(store, keys),
    since: (seq, limit = Infinity) => log.since(seq, limit),
    events: (run, { after, limit }) => log.ofRun(run, after, limit),
    madeBy: (run, until) => log.madeBy(run, until),
    eventsOf: (asset, limit, filter = {}) => log.of(asset, limit, filter),
    commit(commit) {
      const { claim, events, step, release, lead } = commit;
      leads.require(lead);
      for (const { asset } of events) registry.get(asset);
      if (step !== undefined) runs.get(step.run);
      const refused = claim === null ? undefined : claims.publish(claim, commit);
      if (refused !== undefined) return refused;
      log.append(events);
      if (step !== undefined) runs.step(step);
      if (claim !== null && release) claims.release(claim);
      return { status: "committed", seq: log.head };
    },
    materializations: (asset, ranges) => log.materializations(asset, ranges),
    series: (asset, field, range, buckets) => log.series(asset, field, range, buckets),
    filesBelow: (folder) => log.filesBelow(folder),
    filesAt: (paths) => log.filesAt(paths),
    history: (asset, partition) => log.history(asset, partition),
    rechecked: (asset, ranges) => log.rechecked(asset, ranges),
  });
}
