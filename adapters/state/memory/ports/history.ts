import type * as port from "../../../../core/mod.ts";
import { yielding } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function historyPort({ history }: Parts, backfills: port.Backfills): port.History {
  return {
    ...yielding<Omit<port.History, "forgetOlder">>({
      replaced: (before) => history.replaced(before),
      forget: (materializations) => history.forget(materializations),
    }),
    async forgetOlder(before, counting) {
      await null;
      const older = history.older(before);
      if (counting === undefined) {
        await backfills.forget(before);
        history.delete(older);
      }
      return { events: older.events.length, runs: older.runs.length };
    },
  };
}
