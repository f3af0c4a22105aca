import type { Automations } from "../automation/statuses.ts";
import type { Graph } from "../graph.ts";
import type { Orchestrator } from "../orchestrator.ts";
import type { Instant } from "../instant.ts";
import type { State } from "../ports/state.ts";
import type { Tables } from "../ports/tables.ts";
import type { Pulse } from "./pulse.ts";

/** The lake that a daemon or `web` has open. */
export interface OpenLake {
  readonly orchestrator: Orchestrator;
  readonly state: State;
  readonly graph: Graph;
  /** How often its source was asked. */
  requests(): number;
  /** How many of these requests were answered that there were too many. */
  limited(): number;
  /** How long so many requests to the source take at least, at its pace, in seconds. @default no time */
  leastSeconds?(requests: number): number;
  /** The schedules and sensors that are declared, and what is in the box. @default none */
  declaredAutomations?(): Promise<Automations>;
  /** The names of the rules by which people are told of what is wrong. @default none */
  ruleNames?(): Promise<readonly string[]>;
}

/** The process that serves. */
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

/** Who is admitted to what a process shows and lets be requested over the web. */
export interface Admission {
  /** Who knows it may look and request runs; null: whoever reaches this machine's own address may. */
  readonly token: string | null;
  /** Who knows it may look. */
  readonly readToken: string | null;
  /** Names and addresses that it is asked by, beside this machine's own to itself. */
  readonly hosts: readonly string[];
  /** Whether it is asked by any address, as who listens at all of a machine's is. */
  readonly anyAddress: boolean;
}

/** How a process that serves is, for who watches it. */
export interface Vitals {
  readonly pulse: Pulse;
  /** How many days a selection without bounds covers. */
  readonly lookbackDays: number;
  /** Undefined while it is not open. */
  lake(): OpenLake | undefined;
  /** Why it cannot work now, in a line; undefined where it can. */
  hindrance(): Promise<string | undefined>;
  /** What is to be said of it although it can work, such as that nobody does what is queued. */
  notices?(): Promise<readonly string[]>;
  readonly process: ProcessVitals;
  /** Lines that head what is told of the lake, such as that its data are simulated. @default none */
  readonly about?: readonly string[];
  /** The lake's tables and views. @default none are told of */
  readonly tables?: Tables;
}
