import { resolve } from "node:path";
import { type Config, readConfig, withLake } from "./config.ts";
import type { Groups, Project } from "./app/project.ts";
import type { RebuildOptions } from "./app/rebuild.ts";
import type { SimulatorOptions } from "./app/simulator.ts";
import type { Lake } from "./app/lake.ts";
import { systemClock } from "./app/system.ts";
import type { AssetKey, Graph, State, Warn } from "./core/mod.ts";

/** The environment variables and the folder in which the program was called. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Puts the program together as configured; each part is loaded when it is asked for. @throws {ConfigError} */
export async function openApp(
  { env, cwd }: Surroundings,
  options: { readonly graph?: string } = {},
): Promise<App> {
  const given = options.graph === undefined ? env : { ...env, GRAPH: options.graph };
  const config = await readConfig(given, cwd);
  const [{ groupsOf }, { areSimulated }] = await Promise.all([
    import("./app/project.ts"),
    import("./app/source.ts"),
  ]);
  const groups = await groupsOf(config);
  const simulated = areSimulated(groups.sources);
  return new App(simulated === undefined ? config : withLake(config, simulated), groups);
}

/** The program behind the commands. */
export class App {
  readonly notices: readonly string[];
  readonly warnings: readonly string[];
  readonly lookbackDays: number;
  readonly mask: (text: string) => string;
  readonly now = systemClock.now;
  readonly machine = systemClock;

  constructor(readonly config: Config, readonly groups: Groups) {
    this.notices = groups.notices;
    this.warnings = groups.warnings;
    this.lookbackDays = config.lookbackDays;
    this.mask = config.mask;
  }

  /** Opens the lake. @throws {LakeError} If it and the state do not belong together. */
  async lake(
    access: "read" | "write",
    warn: Warn = () => {},
    selects?: (graph: Graph) => ReadonlySet<AssetKey>,
  ): Promise<Lake> {
    const { openLake } = await import("./app/lake.ts");
    const project = this.groups.project();
    return await openLake(this.config, { project, access, warn, ...(selects && { selects }) });
  }

  /** Whether the lake and its state are there: otherwise writing makes them. */
  async isMade(): Promise<boolean> {
    const [{ isThere }, { openStorage }] = await Promise.all([
      import("./adapters/sdk/files/place.ts"),
      import("./app/storage.ts"),
    ]);
    return await openStorage(this.config).exists() && await isThere(this.config.state);
  }

  project(): Promise<Project> {
    return Promise.try(() => this.groups.project());
  }

  async state(access: "read" | "write"): Promise<State> {
    const { openState } = await import("./app/state.ts");
    return await openState(this.config.state, access);
  }

  async backUp(file: string) {
    const { backUp } = await import("./app/state_copies.ts");
    return await backUp(this.config, resolve(this.config.cwd, file));
  }

  async restore(file: string) {
    const { restore } = await import("./app/state_copies.ts");
    return await restore(this.config, resolve(this.config.cwd, file), new Date(this.now()));
  }

  async rebuild(options: Omit<RebuildOptions, "project">) {
    const { rebuild } = await import("./app/rebuild.ts");
    return await rebuild(this.config, { ...options, project: this.groups.project() });
  }

  async channels() {
    const { channelsOf } = await import("./app/channels.ts");
    return await channelsOf(this.config);
  }

  async query() {
    const { openQuery } = await import("./app/query.ts");
    return await openQuery(this.config, this.groups);
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
