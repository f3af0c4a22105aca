import settings from "./deno.json" with { type: "json" };
import { resolve } from "node:path";
import { type Config, readConfig, withLake } from "./config.ts";
import type { Groups, Project } from "./app/project.ts";
import type { RebuildOptions } from "./app/rebuild.ts";
import type { SimulatorOptions } from "./app/simulator.ts";
import type { Lake, LakeOptions } from "./app/lake.ts";
import type { Handler, Listening } from "./app/listen.ts";
import { alarm, systemClock } from "./app/system.ts";
import type { TimeOfLake } from "./app/time.ts";
import {
  type Admission,
  areSimulated,
  type AutomationStatus,
  automationStatusesOf,
  type Clock,
  type ProcessVitals,
  setPaused,
  type State,
  type Tables,
  type Tracer,
} from "./core/mod.ts";

/** The environment variables and the folder in which the program was called, and what tells it to end. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal?: AbortSignal;
}

/** Puts the program together as configured; each part is loaded when it is asked for. @throws {ConfigError} */
export async function openApp(
  { env, cwd, signal = new AbortController().signal }: Surroundings,
  options: {
    readonly graph?: string;
    readonly speed?: number;
    readonly follows?: boolean;
    readonly lasting?: boolean;
  } = {},
): Promise<App> {
  const given = options.graph === undefined ? env : { ...env, GRAPH: options.graph };
  const config = await readConfig(given, cwd);
  const [{ groupsOf }, { askingAsset }, { timeOf }] = await Promise.all([
    import("./app/project.ts"),
    import("./app/source.ts"),
    import("./app/time.ts"),
  ]);
  const groups = await groupsOf(config);
  const simulated = areSimulated(groups.content.sources);
  const configured = simulated === undefined ? config : withLake(config, simulated);
  const isBuiltIn = simulated === true && config.openaq.url === null &&
    askingAsset(groups.pipelines) !== undefined;
  const { speed, follows, lasting } = options;
  const time = timeOf(configured, { isBuiltIn, speed, follows });
  return new App(configured, groups, time, { env: given, cwd, signal }, lasting);
}

/** The program behind the commands. */
export class App {
  readonly notices: readonly string[];
  readonly warnings: readonly string[];
  readonly lookbackDays: number;
  readonly mask: (text: string) => string;
  readonly clock: Clock;
  readonly speed: number;
  readonly machine: Clock = systemClock;
  readonly now: Clock["now"];
  /** Those that may hold something. */
  readonly #states = new Set<State>();

  constructor(
    readonly config: Config,
    readonly groups: Groups,
    readonly time: TimeOfLake,
    readonly surroundings: Surroundings = { env: {}, cwd: config.cwd },
    readonly lasting = false,
  ) {
    const { clock, speed } = time;
    this.clock = clock;
    this.now = clock.now;
    this.speed = speed;
    this.notices = groups.notices;
    this.warnings = groups.warnings;
    this.lookbackDays = config.lookbackDays;
    this.mask = config.mask;
  }

  /** Gives back what is held in any state that this opened, as the process is about to end, whatever is at work in it. */
  async abandon(): Promise<void> {
    await Promise.all([...this.#states].map((state) => state.abandon()));
  }

  /** Opens the lake. @throws {LakeError} If it and the state do not belong together. */
  async lake(
    access: LakeOptions["access"],
    { warn = () => {}, ...options }: Partial<Pick<LakeOptions, "warn" | "selects" | "patient" | "yielding">> =
      {},
  ): Promise<Lake> {
    const [{ openLake }, tracer] = await Promise.all([import("./app/lake.ts"), this.#tracer()]);
    const project = this.groups.project();
    const lake = await openLake(this.config, {
      project,
      access,
      warn,
      time: this.time,
      lasting: this.lasting,
      tracer,
      signal: this.surroundings.signal,
      ...options,
    });
    if (access !== "write") return lake;
    const states = this.#states.add(lake.state);
    const keeping = await this.#keepTime();
    return {
      ...lake,
      async [Symbol.asyncDispose]() {
        await lake[Symbol.asyncDispose]();
        states.delete(lake.state);
        keeping[Symbol.dispose]();
      },
    };
  }

  /** Keeps the time of a lake that lives faster than the machine, so that it goes on from there. */
  async #keepTime(): Promise<Disposable> {
    const { speed, clock, machine, time: { troubled: began } } = this;
    if (speed === 1 || began === undefined) return { [Symbol.dispose]() {} };
    const { keepTime } = await import("./app/lake_time.ts");
    return keepTime(this.config.state, { clock, machine, speed, began });
  }

  /** Whether the lake and its state are there: otherwise writing makes them. */
  async isMade(): Promise<boolean> {
    const [{ isStateThere }, { openStorage }] = await Promise.all([
      import("./app/state_place.ts"),
      import("./app/storage.ts"),
    ]);
    const storage = await openStorage(this.config);
    return await storage.exists() && await isStateThere(this.config.state);
  }

  async contentOf(state: State): Promise<string> {
    const { contentOfState } = await import("./app/state_place.ts");
    return await contentOfState(this.config.state, state);
  }

  project(): Promise<Project> {
    return Promise.try(() => this.groups.project());
  }

  async state(access: "read" | "write"): Promise<State> {
    const { openStateOf } = await import("./app/lake_state.ts");
    return await openStateOf(this.config, access, { lasting: this.lasting });
  }

  /** How all that asks for runs by itself stands. */
  async automations(): Promise<AutomationStatus[]> {
    const [{ automationsOf }, { CronerCron }] = await Promise.all([
      import("./app/automations.ts"),
      import("./adapters/cron/croner/cron.ts"),
    ]);
    const automations = automationsOf(this.groups.project());
    const state = await this.state("read");
    return await automationStatusesOf(automations, { state, cron: new CronerCron(), now: this.now() })
      .finally(() => state.close());
  }

  /** Pauses or resumes what asks for runs by itself. @returns Whether it was not so before. */
  async setPaused(name: string, paused: boolean): Promise<boolean> {
    const { state, close } = await this.#stateToChange();
    return await setPaused(state.keyValue, name, { paused, at: this.now() }).finally(close);
  }

  /** The state, made with its lake where there is none. */
  async #stateToChange(): Promise<{ readonly state: State; close(): Promise<void> }> {
    if (await this.isMade()) {
      const state = await this.state("write");
      return { state, close: () => state.close() };
    }
    const lake = await this.lake("write", { selects: () => new Set() });
    return { state: lake.state, close: async () => await lake[Symbol.asyncDispose]() };
  }

  async backUp(file: string) {
    const { backUp } = await import("./app/state_copies.ts");
    return await backUp(this.config, resolve(this.config.cwd, file));
  }

  async restore(file: string) {
    const { restore } = await import("./app/state_copies.ts");
    return await restore(this.config, resolve(this.config.cwd, file), new Date(this.now()));
  }

  async rebuild(options: Omit<RebuildOptions, "project" | "time">) {
    const { rebuild } = await import("./app/rebuild.ts");
    return await rebuild(this.config, { ...options, project: this.groups.project(), time: this.time });
  }

  async channels() {
    const { channelsOf } = await import("./app/channels.ts");
    return await channelsOf(this.config, await this.#tracer());
  }

  async #tracer(): Promise<Tracer> {
    const { openTracer } = await import("./app/traced/tracer.ts");
    return await openTracer(this.mask);
  }

  async query() {
    const { openQuery } = await import("./app/query.ts");
    return await openQuery(this.config, this.groups, await this.#tracer());
  }

  /** The lake's tables and views, each statement answered by a process of its own; disposing of them ends those. */
  async tables(): Promise<Tables & AsyncDisposable> {
    const [{ ProcessTables }, { openStorage }] = await Promise.all([
      import("./app/tables/processes.ts"),
      import("./app/storage.ts"),
    ]);
    const { config, surroundings, mask } = this;
    const entries = async () => await (await openStorage(config)).catalog.list();
    return new ProcessTables({ ...surroundings, entries, mask });
  }

  get admission(): Admission {
    return this.config.web.admission;
  }

  async listen(handler: Handler, port = this.config.web.port): Promise<Listening | { fault: string }> {
    const { listen } = await import("./app/listen.ts");
    return listen(handler, { hostname: this.config.web.host, port });
  }

  get process(): ProcessVitals {
    return {
      version: settings.version,
      runtime: `deno ${Deno.version.deno}`,
      started: performance.timeOrigin,
      memory: () => Deno.memoryUsage().rss,
      now: this.now,
      speed: this.speed,
    };
  }

  alarm(wake: () => void, signal: AbortSignal): void {
    alarm(wake, signal, Deno.cron);
  }

  async simulate(options: SimulatorOptions, signal: AbortSignal) {
    const { serveSimulator } = await import("./app/simulator.ts");
    return await serveSimulator(options, signal);
  }

  async *repair() {
    const { repair } = await import("./app/repair.ts");
    yield* repair(this.config);
  }

  async *examine(signal: AbortSignal, tell: (name: string, line: string) => void) {
    const { examine } = await import("./app/doctor.ts");
    yield* examine(this.config, this.groups, signal, tell);
  }
}
