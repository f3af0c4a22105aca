import { Claims } from "./claims.ts";
import { EventLog } from "./event_log.ts";
import { Following } from "./following.ts";
import { History } from "./history.ts";
import { Leads } from "./leads.ts";
import { Pools } from "./pools.ts";
import { Queue } from "./queue.ts";
import { Registry } from "./registry.ts";
import { Runs } from "./runs.ts";
import type { MemoryStore, Worker } from "./store.ts";
import { MemoryTicks } from "./ticks.ts";

/** The parts of a store, as one worker acts on them; its ports are made of them. */
export type Parts = ReturnType<typeof partsOf>;

export function partsOf(store: MemoryStore, worker: Worker) {
  const registry = new Registry(store);
  const log = new EventLog(store, registry);
  const pools = new Pools(store, worker);
  const runs = new Runs(store);
  return {
    store,
    worker,
    registry,
    log,
    pools,
    runs,
    claims: new Claims(store, worker, { registry, log, runs, pools }),
    queue: new Queue(store, worker, runs, log),
    history: new History(store),
    ticks: new MemoryTicks(store),
    following: new Following(store),
    leads: new Leads(store, worker),
  };
}
