import {
  type Act,
  type Admission,
  type AssetKey,
  type AutomationNames,
  type Automations,
  type AutomationStatus,
  type Channel,
  type Clock,
  type Forgotten,
  type Graph,
  type Instant,
  type Lead,
  type LeftToOthers,
  type Observer,
  type Orchestrator,
  type ProcessVitals,
  type Query,
  type Schedule,
  type Sensor,
  type State,
  type Tables,
  type Ticking,
  type Vitals,
  type Warn,
  type Warning,
  WrongUseError,
} from "../core/mod.ts";

import type { CommandLog } from "./command_log.ts";

/** 0 done, 1 the work failed, 2 wrong use or configuration, 130 cancelled. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Where output goes. */
export interface Terminal {
  write(bytes: Uint8Array): void;
  /** Writes while other things go on. @returns Whether anybody still reads. */
  send(bytes: Uint8Array): Promise<boolean>;
  /** How wide it is now; undefined where nobody watches, such as in a pipe or a file. */
  columns(): number | undefined;
  readonly colours: boolean;
}

/** Where lines come from. */
export interface Input {
  /** Whether somebody types them. */
  readonly typed: boolean;
  open(): Lines;
}

/** A session of lines; dispose of it. */
export interface Lines extends Disposable {
  /** The next line, asked for where it is typed; null at the end. */
  next(prompt: string): Promise<string | null | { readonly interrupted: true }>;
  /** Tells of each Ctrl-C, in the place of an interrupted line. */
  onInterrupt(act: (() => void) | undefined): void;
}

/** Somebody who can be asked. */
export type Prompt = (question: string) => Promise<string | null>;

/** The surroundings of a command: its streams, signals and clock. */
export interface Context {
  readonly stdout: Terminal;
  /** The log on stderr, beside the answer. */
  readonly log: CommandLog;
  /** The standard input; undefined where nothing is read. */
  readonly input?: Input | undefined;
  /** Asks whoever watches; undefined where nobody does. The answer is null where there is none. */
  readonly prompt?: Prompt | undefined;
  /** Every command, loaded when it is called. */
  readonly commands: Readonly<Record<string, () => Promise<Command>>>;
  /** The program's own version. */
  readonly version: string;
  /** Aborted when the command is to end: by Ctrl-C, SIGTERM, or the end of its terminal. */
  readonly signal: AbortSignal;
  /** Takes over how an error that no code waits for is told; whoever runs the process ends it with that line. */
  readonly uncaught: (line: (error: unknown) => string) => void;
  /** A file's text; undefined if it cannot be read. */
  readonly readText: (path: string) => Promise<string | undefined>;
  /** What answers who asks how a lake is, and for runs. */
  readonly web: (
    vitals: Vitals,
    beside: {
      readonly admission: Admission;
      readonly told: (act: Act) => void;
      readonly broke: (line: string) => void;
    },
  ) => Handler;
  /** The program behind the commands, configured. */
  readonly app: (options: AppOptions) => Promise<App>;
}

/** Settings of one command. */
export interface AppOptions {
  /** A module that takes the place of the configured graph. */
  readonly graph?: string;
  /** How many times faster the lake lives than the machine. @default once */
  readonly speed?: number;
  /**
   * Whether the command goes on and answers others meanwhile: what its state waits for keeps nobody waiting.
   *
   * @default no
   */
  readonly lasting?: boolean;
  /** Whether it lives as fast as a daemon at work, where no speed is given. @default true */
  readonly follows?: boolean;
}

/** What for a lake is opened: `queue` reads, and requests runs that others do. */
export type LakeAccess = "read" | "queue" | "write";

/** How a lake is opened. */
export interface OpenOptions {
  readonly warn?: Warn;
  /** The assets that will be made: the sources of others are not asked. @default all of them */
  readonly selects?: (graph: Graph) => ReadonlySet<AssetKey>;
  /** A new lake is opened although its source does not answer yet. @default false */
  readonly patient?: boolean;
  /** Code that others registered since this process did stays the present one. @default false */
  readonly yielding?: boolean;
}

/** The parts of the program that commands use; each is opened when it is first asked for. */
export interface App {
  /** Lines that head every output, such as that the data are simulated. */
  readonly notices: readonly string[];
  /** Warnings of settings that are probably mistaken. */
  readonly warnings: readonly string[];
  readonly lookbackDays: number;
  readonly now: () => Instant;
  /** The clock by which the lake lives, and how many times faster it runs than the machine's. */
  readonly clock: Clock;
  readonly speed: number;
  /** Takes every secret out of a text. */
  readonly mask: (text: string) => string;
  /**
   * Opens the lake with its graph. For reading, nothing is created and nothing can be materialized.
   *
   * @throws {LakeError} If the lake and the state do not belong together.
   */
  lake(
    access: LakeAccess,
    options?: OpenOptions,
  ): Promise<Lake>;
  /** Whether there is a lake with its state; otherwise writing makes them. */
  isMade(): Promise<boolean>;
  /** Which content a state that is open for long has: another text once it was replaced. @throws {StateError} If it is gone. */
  contentOf(state: State): Promise<string>;
  /** The graph alone, without its lake. */
  project(): Promise<Project>;
  /** The state alone, without its lake or any graph; to read, an empty one if there is none. */
  state(access: "read" | "write"): Promise<State>;
  /** How all that requests runs by itself stands: the conditions of assets, schedules, sensors. */
  automations(): Promise<readonly AutomationStatus[]>;
  /** Pauses or resumes one of these. @returns Whether it was not so before. */
  setPaused(name: string, paused: boolean): Promise<boolean>;
  /** Copies the state to a new file, as of one moment. @throws {StateError} */
  backUp(file: string): Promise<BackedUp>;
  /** Puts a copy in the place of the state. @throws {StateError} @throws {LakeError} If it is another lake's. */
  restore(file: string): Promise<Restored>;
  /**
   * Makes the state anew from what lies in the lake.
   *
   * @throws {LakeError} If there is a whole one and that is not forced.
   */
  rebuild(options: RebuildOptions): Promise<Rebuilt>;
  /** Where people are told of what is wrong. */
  channels(): Promise<readonly Channel[]>;
  /** The machine's own clock, whatever time the lake has: it measures how long people wait. */
  readonly machine: Clock;
  /** The lake's tables and views. */
  query(): Promise<Query>;
  /** The same, for a process that answers many. */
  tables(): Promise<Tables & AsyncDisposable>;
  /** Who may ask over the web. */
  readonly admission: Admission;
  /** Answers requests at the configured address, and port if none is given. @returns A line, where the port is taken. */
  listen(handler: Handler, port?: number): Promise<Listening | { readonly fault: string }>;
  /** The process that the program is. */
  readonly process: ProcessVitals;
  /** Has `wake` called now and then by a timer of the system's own, until the signal is aborted. */
  alarm(wake: () => void, signal: AbortSignal): void;
  /** Serves the simulated OpenAQ API until the signal is aborted. */
  simulate(options: SimulateOptions, signal: AbortSignal): Promise<Served>;
  /** Mends what no materialize can: one finding for each thing that was looked at. */
  repair(): AsyncIterable<Finding>;
  /** Findings on the configuration and on services, one after the other; `tell` hears what is being waited for. */
  examine(signal: AbortSignal, tell: (name: string, line: string) => void): AsyncIterable<Finding>;
}

/** A copy of the state. */
export interface BackedUp {
  readonly file: string;
  readonly bytes: number;
  /** How many it knows. */
  readonly runs: number;
}

/** A copy that is the state again. */
export interface Restored {
  readonly state: string;
  readonly runs: number;
  /** Where the one before is kept; null where there was none. */
  readonly kept: string | null;
}

export interface RebuildOptions {
  /** Whether a whole state is replaced, too. */
  readonly force: boolean;
  /** Told of what cannot be taken in. */
  readonly warn: Warn;
  readonly progress: (asset: AssetKey, done: number, total: number, unit: string) => void;
  readonly signal: AbortSignal;
}

/** A state made anew. */
export interface Rebuilt {
  readonly state: string;
  readonly assets: readonly {
    readonly key: AssetKey;
    /** The keys of the first and the last partition. */
    readonly from: string | null;
    readonly to: string | null;
    /** How many stand. */
    readonly partitions: number;
    /** Earlier versions of them. */
    readonly versions: number;
  }[];
  /** Where the one before is kept; null where there was none. */
  readonly kept: string | null;
}

export interface Project {
  readonly graph: Graph;
  /** The declared schedules and sensors, without those in the box. */
  readonly schedules: readonly Schedule[];
  readonly sensors: readonly Sensor[];
  /** The text of a file that goes into a code version. */
  readonly readSourceFile: (path: string) => Promise<string>;
}

export interface Lake extends AsyncDisposable {
  readonly orchestrator: Orchestrator;
  readonly graph: Graph;
  readonly state: State;
  /** A command that shows what was made; null where there is no table to show. */
  hint(): string | null;
  /** How often the source was asked since the lake was opened. */
  requests(): number;
  /** How many of these requests were answered that there were too many. */
  limited(): number;
  /** Notes on the sources' answers for their readers, a line each; also reported as soon as they are found. */
  notices(): readonly string[];
  /** Warnings of the sources on their assets. */
  warnings(): Promise<ReadonlyMap<AssetKey, readonly Warning[]>>;
  /** Findings beside the files of assets when it was opened; among the warnings, too. */
  readonly found: readonly { readonly asset: AssetKey; readonly message: string }[];
  /** Deletes what runs that are no more left staged, or only counts it. @returns How many folders. */
  sweep(counting?: "only"): Promise<number>;
  /** Forgets events and runs of before an instant that nothing needs any more, or only counts them. */
  forget(before: Instant, counting?: "only"): Promise<Forgotten>;
  /** Takes views out of the catalog whose files are gone. @returns Their assets. */
  dropViews(): Promise<AssetKey[]>;
  /**
   * Opens the sensors, schedules and conditions, to be ticked in this order, but for what is left to others; under a lead,
   * until that has passed on.
   */
  tickers(lead?: Lead, left?: LeftToOthers): Promise<readonly Ticking[]>;
  /** How long so many requests to the source take at least, at its pace, in seconds. */
  leastSeconds(requests: number): number;
  /** The names of the schedules and sensors that are declared, and of those in the box. */
  automationNames(): Promise<AutomationNames>;
  /** The schedules and sensors that are declared, and what is in the box. */
  declaredAutomations(): Promise<Automations>;
  /** The names of the rules by which people are told of what is wrong. */
  ruleNames(): Promise<readonly string[]>;
  /**
   * Tells people of what is wrong by now, and what is over, beside one who requests what is due: `tickers` do so
   * themselves.
   */
  look(signal: AbortSignal): Promise<void>;
  /** The same at the end of who requested what was due, and waits until each channel was tried. */
  tell(signal: AbortSignal): Promise<void>;
}

export interface SimulateOptions {
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly seed: number;
  readonly sensors: number;
  /** A folder of real answers to replay in the place of generated stations. */
  readonly replay?: string;
  readonly limits?: { readonly perMinute: number; readonly perHour: number };
  /** A window with more rows answers 408. */
  readonly mostRows: number;
}

export interface Served {
  readonly url: string;
  /** Where its data come from, such as `simulated:1`. */
  readonly source: string;
  /** Resolves once the server has ended. */
  readonly finished: Promise<void>;
}

/** A handler of HTTP requests. */
export type Handler = (request: Request, peer: Peer) => Response | Promise<Response>;

/** Where who asks is. */
export interface Peer {
  readonly remoteAddr: Deno.Addr;
}

/** A port that is listened at; dispose of it. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
}

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** One command of the command line. */
export interface Command {
  /** One line. */
  readonly summary: string;
  /** The text that `--help` prints below the summary: forms, options, examples. */
  readonly help: string;
  readonly flags: Flags;
  /** At most so many words besides the flags. */
  readonly words: number;
  run(invocation: Invocation, context: Context): Promise<ExitCode>;
}

/** The flags of a command beside `--help`, `--json`, `--log` and `--graph`. */
export interface Flags {
  readonly switches?: readonly string[];
  readonly values?: readonly string[];
  /** Those whose value may be given several times. */
  readonly lists?: readonly string[];
}

/** The arguments of a command, parsed. */
export interface Invocation {
  readonly words: readonly string[];
  readonly json: boolean;
  readonly has: (flag: string) => boolean;
  readonly value: (flag: string) => string | undefined;
  readonly list: (flag: string) => readonly string[];
  readonly app: (options?: Omit<AppOptions, "graph">) => Promise<App>;
  /** To be told of the steps at work. */
  readonly observe: Observer;
}

/** The command line was used in a way that cannot be meant. */
export class UsageError extends WrongUseError {
  override readonly name = "UsageError";
}
