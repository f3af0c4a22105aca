import type { Acts } from "./acts.ts";
import type { Alerts } from "./alerts.ts";
import type { Backfills } from "./backfills.ts";
import type { Claims } from "./claims.ts";
import type { EventLog } from "./event_log.ts";
import type { Following } from "./following.ts";
import type { History } from "./history.ts";
import type { KeyValue } from "./key_value.ts";
import type { Lead, Leads } from "./leads.ts";
import type { Queue } from "./queue.ts";
import type { Runs } from "./runs.ts";
import type { Ticks } from "./ticks.ts";

export type * from "./acts.ts";
export type * from "./alerts.ts";
export type * from "./backfills.ts";
export type * from "./claims.ts";
export * from "./event_log.ts";
export type * from "./following.ts";
export type * from "./history.ts";
export type * from "./leads.ts";
export type * from "./queue.ts";
export type * from "./runs.ts";
export * from "./ticks.ts";

/** The durable memory of an asset graph. A handle belongs to one worker. No transaction spans two calls. */
export interface State extends EventLog, Claims, Runs, Queue, History, Ticks, Following, Leads {
  readonly keyValue: KeyValue;
  readonly backfills: Backfills;
  readonly alerts: Alerts;
  readonly acts: Acts;
  /** Releases this worker's claims, and hands back the runs that it took. */
  close(): Promise<void>;
  /**
   * The same for a process that is about to end whatever is at work in it. Claims under which something is being
   * published stay until it has ended: nobody may settle that before.
   */
  abandon(): Promise<void>;
}

/** The state cannot be used: one line that says where it is, what was found and what was wanted. */
export class StateError extends Error {
  override readonly name: string = "StateError";
}

/** The lead under which something was to be written has passed on to another worker: nothing was written. */
export class PassedLeadError extends StateError {
  override readonly name = "PassedLeadError";

  /** The error of a lead that has passed on. */
  static of({ name }: Lead): PassedLeadError {
    return new PassedLeadError(
      `writing as who leads "${name}": found that another worker does by now, wanted to lead`,
    );
  }
}

/** The lease of this worker ran out: whatever it was at is others' by now, and nothing was written. */
export class LostLeaseError extends StateError {
  override readonly name = "LostLeaseError";
}

/** The place that is configured can hold no state of this version: another is wanted, and nothing was changed. */
export class StatePlaceError extends StateError {
  override readonly name = "StatePlaceError";
}
