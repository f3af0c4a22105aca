import type * as port from "../../../core/mod.ts";
import { yielding } from "../promised.ts";
import { MemoryActs } from "./acts.ts";
import { MemoryAlerts } from "./alerts.ts";
import { MemoryBackfills } from "./backfills.ts";
import { MemoryKeyValue } from "./key_value.ts";
import { partsOf } from "./parts.ts";
import { claimsPort } from "./ports/claims.ts";
import { eventLogPort } from "./ports/event_log.ts";
import { historyPort } from "./ports/history.ts";
import { leadsPort } from "./ports/leads.ts";
import { queuePort } from "./ports/queue.ts";
import { runsPort } from "./ports/runs.ts";
import { ticksPort } from "./ports/ticks.ts";
import type { MemoryStore, Worker } from "./store.ts";

/** A worker's handle on a store; every method yields once before it acts, so that workers interleave. */
export function memoryState(store: MemoryStore, name: string): port.State {
  const worker: Worker = { name, alive: true };
  store.workers.add(worker);
  const parts = partsOf(store, worker);
  const { runs, claims, queue, following, leads } = parts;
  const backfills = new MemoryBackfills(store, runs, queue);
  return {
    ...eventLogPort(parts),
    ...claimsPort(parts),
    ...runsPort(parts),
    ...queuePort(parts),
    ...historyPort(parts, backfills),
    ...ticksPort(parts),
    ...leadsPort(parts),
    ...yielding<Pick<port.State, "watch" | "abandon" | "close">>({
      watch: (signal) => following.watch(signal),
      abandon() {
        claims.abandon();
        queue.handBack();
        leads.leave();
      },
      close() {
        following.end();
        claims.releaseAll();
        queue.handBack();
        worker.alive = false;
      },
    }),
    keyValue: new MemoryKeyValue(store),
    backfills,
    alerts: new MemoryAlerts(store, worker),
    acts: new MemoryActs(store),
  };
}
