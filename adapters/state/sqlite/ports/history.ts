import type * as port from "../../../../core/mod.ts";
import { promised } from "../../promised.ts";
import type { Parts } from "../parts.ts";

/** Forgotten in one transaction: others write in between. */
const TOGETHER = 2_000;

export function historyPort({ db, history }: Parts, backfills: port.Backfills): port.History {
  return promised<port.History>({
    replaced: (before) => history.replaced(before),
    forget: (materializations) => db.write(() => history.forget(materializations)),
    async forgetOlder(before, counting) {
      const { events, runs } = history.older(before);
      if (counting === undefined) {
        for (const some of inParts(events)) await db.write(() => history.deleteEvents(some));
        await backfills.forget(before);
        for (const some of inParts(runs)) await db.write(() => history.deleteRuns(some));
      }
      return { events: events.length, runs: runs.length };
    },
  });
}

function* inParts<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += TOGETHER) yield items.slice(i, i + TOGETHER);
}
