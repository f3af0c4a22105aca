import type { State } from "../../../core/mod.ts";
import { SqliteActs } from "./acts.ts";
import { SqliteAlerts } from "./alerts.ts";
import { SqliteBackfills } from "./backfills.ts";
import type { Database } from "./database.ts";
import { SqliteKeyValue } from "./key_value.ts";
import { partsOf, type PartsOptions } from "./parts.ts";
import { claimsPort } from "./ports/claims.ts";
import { eventLogPort } from "./ports/event_log.ts";
import { historyPort } from "./ports/history.ts";
import { leadsPort } from "./ports/leads.ts";
import { queuePort } from "./ports/queue.ts";
import { runsPort } from "./ports/runs.ts";
import { ticksPort } from "./ports/ticks.ts";

/** The state in one SQLite file, shared by the processes of one host. */
export function sqliteState(db: Database, options: PartsOptions): State {
  const parts = partsOf(db, options);
  const { workers, claims, intents, queue, log, leads, following } = parts;
  const backfills = new SqliteBackfills(db, queue, () => log.head());
  return {
    ...eventLogPort(parts),
    ...claimsPort(parts),
    ...runsPort(parts),
    ...queuePort(parts),
    ...historyPort(parts, backfills),
    ...ticksPort(parts),
    ...leadsPort(parts),
    watch: (signal, options) => Promise.resolve(following.watch(signal, options)),
    keyValue: new SqliteKeyValue(db),
    backfills,
    alerts: new SqliteAlerts(db, workers),
    acts: new SqliteActs(db),
    async abandon() {
      if (!workers.known || !db.isOpen) return;
      await db.write(() => {
        for (const token of claims.own()) if (!intents.any(token)) claims.release(token);
        queue.handBack();
        leads.leave();
      });
    },
    async close() {
      following.end();
      try {
        if (!workers.known) return;
        await workers.write(() => {
          for (const token of claims.own()) claims.release(token);
          queue.handBack();
          leads.leave();
          workers.leave();
        });
      } finally {
        workers.letGo();
        db.close();
      }
    },
  };
}
