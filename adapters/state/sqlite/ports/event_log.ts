import type * as port from "../../../../core/mod.ts";
import { promised } from "../../promised.ts";
import type { Parts } from "../parts.ts";
import { snapshot } from "../snapshot.ts";
import { committing } from "./commit.ts";

export function eventLogPort(parts: Parts): port.EventLog {
  const { db, registry, log, following } = parts;
  return promised<port.EventLog>({
    async register(assets, at, options = {}) {
      let isOther = false;
      const registered = await registry.register(assets, options, (asset, codeId) => {
        log.registered(asset, codeId, at);
        isOther = true;
      });
      if (isOther) following.tell();
      return registered;
    },
    assets: () => registry.all(),
    snapshot: (assets) => snapshot(db, log, registry, assets),
    since: (seq, limit = 2 ** 52) => log.since(seq, limit),
    events: (run, { after, limit }) => log.ofRun(run, after, limit),
    madeBy: (run, until) => log.madeBy(run, until),
    eventsOf: (asset, limit, filter = {}) => log.of(asset, limit, filter),
    commit: committing(parts),
    materializations: (asset, ranges) => log.materializations(asset, ranges),
    series: (asset, field, range, buckets) => log.series(asset, field, range, buckets),
    filesBelow: (folder) => log.filesBelow(folder),
    filesAt: (paths) => log.filesAt(paths),
    history: (asset, partition) => log.history(asset, partition),
    rechecked: (asset, ranges) => log.rechecked(asset, ranges),
  });
}
