import type { Instant } from "../instant.ts";
import type { Json } from "./key_value.ts";

/** A lead, as its holder names it: once it passes on, its number is another. */
export interface Lead {
  readonly name: string;
  readonly number: number;
}

/** Where a worker runs; null where it is not known. */
export type WorkerPlace = { readonly host: string; readonly pid: number } | null;

/** The options of a lead. */
export interface LeadOptions {
  /** A note of the holder for others. @default null */
  readonly note?: Json;
  /** Whether it is left to another who asks for it and does not yield. @default false */
  readonly yields?: boolean;
}

/** The living worker that holds a lead. */
export interface Leader {
  readonly place: WorkerPlace;
  readonly note: Json;
  /** Of its lead. */
  readonly number: number;
  /** How many signs of life it gave as such, and when the last was, by its own clock. */
  readonly beats: number;
  readonly at: Instant;
}

/** A leader, with what it leads. */
export interface NamedLeader extends Leader {
  readonly name: string;
}

/** A worker that lives, gave no sign of life, and lost a lead by it. */
export interface Stalled {
  readonly place: WorkerPlace;
  /** When its last sign of life was, by its own clock. */
  readonly since: Instant;
}

/** Work that one worker at a time does, by a name. */
export interface Leads {
  /**
   * Takes the lead in something, or keeps it. It is free at once when who has it closes the state, or is no more, and to
   * who does not yield where the one who has it does.
   *
   * @param silent The lead of somebody who gave no sign of life since these many: it is taken, too.
   * @returns The lead, if this worker has it.
   */
  lead(
    name: string,
    at: Instant,
    silent?: Pick<Leader, "number" | "beats">,
    options?: LeadOptions,
  ): Promise<Lead | undefined>;
  /** Gives a sign of life. @returns Whether the lead has not passed on. */
  beat(lead: Lead, at: Instant): Promise<boolean>;
  /** Who leads something; undefined where nobody does. */
  leader(name: string): Promise<Leader | undefined>;
  /** Who leads something whose name begins so, by name. */
  leaders(prefix: string): Promise<readonly NamedLeader[]>;
  /** Those that lost such a lead as they gave no sign of life, live, and have not asked for it again since. */
  stalled(prefix: string): Promise<readonly Stalled[]>;
}
