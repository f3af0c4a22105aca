import { missingFrom } from "../adapters/sdk/files/place.ts";
import {
  admitLake,
  type AssetKey,
  type AutomationNames,
  type Automations,
  examineLake,
  type Forgotten,
  type Graph,
  type Instant,
  isIdentified,
  type LakeContent,
  type LakeStorage,
  type Lead,
  type LeftToOthers,
  type MarkedLake,
  type NewEvent,
  Orchestrator,
  OutpacedError,
  readMark,
  type State,
  sweepStaging,
  type Ticking,
  type Tracer,
  type Undo,
  unnoticedEdits,
  untraced,
  type Warn,
  type Warning,
} from "../core/mod.ts";
import { viewsToRetry } from "../assets/failed_views.ts";
import type { Discrepancy, Pipeline, UpkeepContext } from "../assets/group.ts";
import type { Config } from "../config.ts";
import { gapWarnings } from "../sources/openaq/gap_warnings.ts";
import { leastSeconds } from "../sources/openaq/least.ts";
import { admitOpenAQ, admitSources, type LakeSources } from "./lake_sources.ts";
import { openStateOf } from "./lake_state.ts";
import { disposeOf } from "./opened.ts";
import type { Project } from "./project.ts";
import { isShared, isStateThere, shownState } from "./state_place.ts";
import type { LakeResources } from "./resources.ts";
import { askingAsset, contentOf } from "./source.ts";
import { viewOf } from "../assets/views.ts";
import { openStorage } from "./storage.ts";
import { systemClock } from "./system.ts";
import { Tickers } from "./tickers.ts";
import { MACHINE, type TimeOfLake } from "./time.ts";
import { tracedFetch } from "./traced/fetch.ts";

/** Steps at work at once: raw asks within OpenAQ's pace, marts share the engine. */
const LIMITS = { steps: 4, pools: { openaq: 1, duckdb: 1 } };

/** An opened lake; dispose of it. */
export interface Lake extends AsyncDisposable {
  readonly orchestrator: Orchestrator;
  readonly graph: Graph;
  readonly state: State;
  hint(): string | null;
  requests(): number;
  limited(): number;
  /** Notes on the source's answers for their readers, a line each. */
  notices(): readonly string[];
  readonly found: readonly Discrepancy[];
  warnings(): Promise<ReadonlyMap<AssetKey, readonly Warning[]>>;
  sweep(counting?: "only"): Promise<number>;
  forget(before: Instant, counting?: "only"): Promise<Forgotten>;
  dropViews(): Promise<AssetKey[]>;
  tickers(lead?: Lead, left?: LeftToOthers): Promise<readonly Ticking[]>;
  automationNames(): Promise<AutomationNames>;
  /** How long so many requests to the source take at least, at its pace. */
  leastSeconds(requests: number): number;
  declaredAutomations(): Promise<Automations>;
  /** The names of the rules by which people are told of what is wrong. */
  ruleNames(): Promise<readonly string[]>;
  look(signal: AbortSignal): Promise<void>;
  tell(signal: AbortSignal): Promise<void>;
}

export interface LakeOptions {
  readonly project: Project;
  /** `queue` reads, and requests runs that others do. */
  readonly access: "read" | "queue" | "write";
  /** @default the machine's */
  readonly time?: TimeOfLake;
  /** @default nothing is traced */
  readonly tracer?: Tracer;
  /** Told of what somebody should see while the lake is open. */
  readonly warn: Warn;
  /** Ends the first look at its source. */
  readonly signal?: AbortSignal | undefined;
  /** Whether it stays open while other things go on here. @default false */
  readonly lasting?: boolean;
  /** Whether the lake is made although its source does not answer yet: who lasts goes on once it does. @default false */
  readonly patient?: boolean;
  /** The assets that will be made: what others ask is not asked. @default all of them */
  readonly selects?: (graph: Graph) => ReadonlySet<AssetKey>;
  /** Whether code that others registered since this graph's was stays the present one. @default false */
  readonly yielding?: boolean;
}

/** The configuration and what it opens. */
interface Found {
  readonly config: Config;
  readonly project: Project;
  readonly storage: LakeStorage;
  readonly state: State;
}

/** Opens the configured lake with its graph. @throws {LakeError} */
export async function openLake(config: Config, options: LakeOptions): Promise<Lake> {
  const {
    project,
    access,
    warn,
    time = MACHINE,
    lasting = false,
    patient = false,
    signal,
    tracer = untraced,
    yielding = false,
  } = options;
  const { clock } = time;
  const selected = options.selects?.(project.graph);
  const storage = await openStorage(config);
  const looking = {
    config,
    content: contentOf(config, project),
    asks: asksSource(project, selected),
    clock,
    patient,
    signal,
    tell: (message: string) => warn("openaq", message),
    fetch: tracedFetch(tracer, fetch),
  };
  const marked = await readMark({ storage, state: await shownState(config.state) });
  // The tables of a shared state stay, whatever comes of it.
  const missing = isShared(config.state) ? [] : await missingFrom(config.state);
  if (access === "write") admitLake(marked, await isStateThere(config.state));
  const undo: Undo = access === "write" ? await storage.make() : async () => {};
  const tell = (message: string) => warn("state", message);
  const state = await openStateOf(config, access, { tell, lasting }).catch(async (error) => {
    await undo();
    throw error;
  });
  let resources: LakeResources | undefined;
  try {
    const parts = { config, project, storage, state };
    const admitting = { ...looking, marked, state };
    const { sources, requests, silence } = access === "write"
      ? await admitSources(admitting)
      : await recordedSources(state, marked, looking.content);
    const { store, publisher, catalog } = storage;
    const upkeep = () => ({ state, publisher, store, now: clock.now() });
    const found: Discrepancy[] = [];
    for (const { look, begin } of project.pipelines) {
      found.push(...await (access === "write" ? begin : look)?.(upkeep()) ?? []);
    }
    if (project.given === undefined && access === "write") {
      // What makes assets costs a good part of a quick answer to load.
      const { makeResources } = await import("./resources.ts");
      resources = await makeResources({
        ...parts,
        sources,
        spent: Math.max(0, requests - 1),
        warn,
        time,
        tracer,
        ...(silence !== undefined && {
          silent: { message: silence, admit: (source: string) => admitOpenAQ(admitting, source) },
        }),
      });
    }
    const sweep = async (counting?: "only") => {
      if (counting === undefined) await tidy(project, storage, upkeep());
      return await sweepStaging(storage, state, counting);
    };
    const orchestrator = await Orchestrator.open({
      graph: project.graph,
      state,
      publisher,
      entries: () => catalog.list(),
      clock,
      machine: systemClock,
      cron: async () => new (await import("../adapters/cron/croner/cron.ts")).CronerCron(),
      random: Math.random,
      tracer,
      upkeep: { versions: storage.versions, sweep: () => sweep() },
      resources: project.given === undefined ? resources : project.given.resources,
      examine: async (pool, signal) => {
        const { watch } = resources ?? {};
        if (watch?.health.name === pool) await watch.health.probe(watch.probe, signal);
      },
      mask: config.mask,
      readSourceFile: project.readSourceFile,
      limits: LIMITS,
      yielding,
      recordsDamage: access === "write",
    });
    const tickers = new Tickers({ ...parts, orchestrator, resources, time, warn, tracer });
    const views = { graph: project.graph, state, clock };
    const retried = await viewsToRetry(views);
    if (access !== "write") orchestrator.suppose([...dueOf(found, clock.now()), ...retried]);
    else if (retried.length > 0) await state.commit({ claim: null, events: retried });
    return {
      orchestrator,
      graph: project.graph,
      state,
      hint: () => hintOf(orchestrator, project.pipelines, selected),
      found,
      requests: () => requests + (resources?.requests() ?? 0),
      limited: () => resources?.limited() ?? 0,
      notices: () => resources?.notices() ?? [],
      async warnings() {
        const asset = askingAsset(project.pipelines);
        const told = [
          ...found.map(({ asset, message }) => [asset, [{ message }]] as const),
          ...config.graph === null ? [] : unnoticedEdits(project.graph, (key) => viewOf(key) !== undefined),
          ...asset === undefined ? [] : await gapWarnings(asset, state.keyValue),
        ];
        const byAsset = Map.groupBy(told, ([key]) => key);
        return new Map([...byAsset].map(([key, those]) => [key, those.flatMap(([, warnings]) => warnings)]));
      },
      sweep,
      forget: (before, counting) => orchestrator.forget({ before, versions: storage.versions, counting }),
      async dropViews() {
        const { dropViews } = await import("../assets/dropped_views.ts");
        const databases = new Set(project.pipelines.flatMap(({ databases }) => databases));
        return await dropViews({ ...views, databases, catalog });
      },
      tickers: (lead, left) => tickers.all(lead, left),
      leastSeconds: (requests) => config.openaq.url === null ? 0 : leastSeconds(requests, config.openaq),
      look: (signal) => tickers.look(signal),
      tell: (signal) => tickers.tell(signal),
      declaredAutomations: async () => (await import("./automations.ts")).automationsOf(project),
      ruleNames: async () => {
        const { rulesOf } = await import("./alerts.ts");
        return [...new Set(rulesOf(config, project).map(({ name }) => name))];
      },
      automationNames: async () => (await import("./automations.ts")).automationNames(project),
      async [Symbol.asyncDispose]() {
        // Whatever cannot be closed, such as what would write to a state that does not answer, the others are.
        await using closing = new AsyncDisposableStack();
        closing.defer(() => state.close());
        if (access === "write") closing.defer(() => disposeOf(project.given?.resources));
        closing.defer(() => resources?.close());
        closing.defer(() => tickers.close());
      },
    };
  } catch (error) {
    await resources?.close();
    if (access === "write") await disposeOf(project.given?.resources);
    const isInVain = access === "write" && (error instanceof OutpacedError || !await isIdentified(state));
    await state.close();
    if (isInVain) {
      const { removeState } = await import("../adapters/state/sqlite/open.ts");
      await removeState(missing);
    }
    await undo();
    throw error;
  }
}

/** Where the lake's data come from, as far as is known without asking. */
async function recordedSources(
  state: State,
  marked: MarkedLake,
  content: LakeContent,
): Promise<LakeSources> {
  const recorded = await examineLake(state, marked, content);
  return { sources: { ...recorded, ...content.sources }, requests: 0 };
}

/** Says of partitions that are to be made again for what was found that they are due. */
function dueOf(found: readonly Discrepancy[], at: Instant): NewEvent[] {
  return found.flatMap(({ asset, due: { ranges, detail } = { ranges: [], detail: "" } }) =>
    ranges.map((range) => ({ kind: "due" as const, asset, at, run: null, detail, ...range }))
  );
}

/** Deletes what no pipeline needs any more beside what stands. */
async function tidy({ pipelines }: Project, { spool }: LakeStorage, upkeep: UpkeepContext): Promise<void> {
  if (askingAsset(pipelines) !== undefined) {
    const { sweepAnswers } = await import("../sources/openaq/answers.ts");
    await sweepAnswers(spool, upkeep.now);
  }
  for (const { tidy } of pipelines) await tidy?.(upkeep);
}

/** Whether OpenAQ is asked for one of these assets: those of the group whose asset records what it answers. */
function asksSource({ graph, pipelines }: Project, selected: ReadonlySet<AssetKey> | undefined): boolean {
  const records = graph.byKey.get(askingAsset(pipelines) ?? "");
  if (records === undefined) return false;
  return selected === undefined ||
    [...selected].some((key) => graph.byKey.get(key)?.group === records.group);
}

/** The command that shows what was made, over tables that have something to show. */
function hintOf(
  orchestrator: Orchestrator,
  pipelines: readonly Pipeline[],
  selected: ReadonlySet<AssetKey> | undefined,
): string | null {
  const present = orchestrator.materialized();
  const chosen = pipelines.filter(({ assets }) =>
    selected === undefined || assets.some(({ key }) => selected.has(key))
  );
  const shown = chosen.flatMap(({ shows = [] }) => shows).find(({ needs }) =>
    needs.every((key) => present.has(key))
  );
  return shown === undefined ? null : `deno task inspect "${shown.statement}"`;
}
