import { Claims } from "./claims.ts";
import type { Database } from "./database.ts";
import { EventLog } from "./event_log.ts";
import { Following, LOOK, type LookOptions } from "./following.ts";
import { History } from "./history.ts";
import { Intents } from "./intents.ts";
import { Leads } from "./leads.ts";
import type { Locks } from "../locks.ts";
import { Places } from "./places.ts";
import { Pools } from "./pools.ts";
import { Queue } from "./queue.ts";
import { Registry } from "./registry.ts";
import { Packer } from "./repack.ts";
import { Runs } from "./runs.ts";
import { Ticks } from "./ticks.ts";
import { Workers } from "./workers.ts";

/** How a state is opened over a database. */
export interface PartsOptions {
  readonly locks: Locks;
  readonly few: number;
  readonly access: "read" | "write";
  readonly look?: LookOptions | undefined;
}

/** The tables of a state, each with what is done to it within one transaction; its ports are made of them. */
export type Parts = ReturnType<typeof partsOf>;

export function partsOf(db: Database, { locks, few, access, look = LOOK }: PartsOptions) {
  const workers = new Workers(db, locks);
  const registry = new Registry(db, access);
  const places = new Places(db, registry);
  const log = new EventLog(db, registry, places);
  const intents = new Intents(db);
  const pools = new Pools(db, workers);
  return {
    db,
    workers,
    registry,
    places,
    log,
    intents,
    pools,
    claims: new Claims(db, registry, workers, intents, pools),
    runs: new Runs(db, registry, workers),
    history: new History(db, registry),
    packer: new Packer(db, log, registry, few),
    queue: new Queue(db, workers),
    ticks: new Ticks(db),
    following: new Following(db, look),
    leads: new Leads(db, workers),
  };
}
