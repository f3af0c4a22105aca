import type { Graph } from "../graph.ts";
import type { Orchestrator } from "../orchestrator.ts";
import type { Instant } from "../instant.ts";
import type { State } from "../ports/state.ts";
import type { Pulse } from "./pulse.ts";

/** The lake that a daemon has open. */
export interface OpenLake {
  readonly orchestrator: Orchestrator;
  readonly state: State;
  readonly graph: Graph;
  /** How often its source was asked. */
  requests(): number;
  /** How many of these requests were answered that there were too many. */
  limited(): number;
}

/** The process that a daemon is. */
export interface ProcessVitals {
  readonly version: string;
  /** The name and version of what runs it. */
  readonly runtime: string;
  /** When it began, by the machine's clock. */
  readonly started: Instant;
  /** Its resident memory, in bytes. */
  memory(): number;
  /** The time by which its lake lives. */
  now(): Instant;
  /** How many times as fast as the machine it lives. */
  readonly speed: number;
}

/** How a daemon is, for who watches it. */
export interface Vitals {
  readonly pulse: Pulse;
  /** How many days a selection without bounds covers. */
  readonly lookbackDays: number;
  /** Undefined while it is not open. */
  lake(): OpenLake | undefined;
  /** Why it cannot work now, in a line; undefined where it can. */
  hindrance(): Promise<string | undefined>;
  readonly process: ProcessVitals;
}
