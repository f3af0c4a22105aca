import type { Graph } from "../graph.ts";
import type { Orchestrator } from "../orchestrator.ts";
import type { State } from "../ports/state.ts";
import type { Pulse } from "./pulse.ts";

/** The lake that a daemon has open. */
export interface OpenLake {
  readonly orchestrator: Orchestrator;
  readonly state: State;
  readonly graph: Graph;
  /** How often its source was asked. */
  requests(): number;
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
  /** The process's resident memory, in bytes. */
  memory(): number;
}
