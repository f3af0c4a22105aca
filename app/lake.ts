import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Graph } from "../core/graph.ts";
import type { AssetKey } from "../core/event.ts";
import { Orchestrator } from "../core/orchestrator.ts";
import type { Json } from "../core/ports/key_value.ts";
import type { Log } from "../core/ports/log.ts";
import type { State } from "../core/ports/state.ts";
import type { Observer } from "../core/run/progress.ts";
import type { Warning } from "../core/status.ts";
import { LakeFolder } from "../adapters/object_store/local/lake_folder.ts";
import { LocalPublisher } from "../adapters/object_store/local/publisher.ts";
import { dropViews } from "./dropped_views.ts";
import { gapWarnings } from "./gap_warnings.ts";
import { hoursOnRecord } from "./hours_on_record.ts";
import { makeLakeFolder, type Undo } from "./folders.ts";
import { admitLake, examineLake, identifyLake } from "./identity.ts";
import { sourceWarnings } from "./source_warnings.ts";
import { loadProject } from "./project.ts";
import { makeResources, type OwnResources } from "./resources.ts";
import { knownSource } from "./source.ts";
import { openState } from "./state.ts";
import { systemClock } from "./system.ts";
import { rawOf, recordAsked, tidyOwnData } from "./upkeep.ts";

/** Steps at work at once: raw asks within OpenAQ's pace, marts share the engine. */
const LIMITS = { steps: 4, pools: { openaq: 1, duckdb: 1 } };

/** An opened lake; dispose of it. */
export interface Lake extends AsyncDisposable {
  readonly orchestrator: Orchestrator;
  readonly graph: Graph;
  readonly state: State;
  hint(): string | null;
  requests(): number;
  /** What whoever reads the source's answers should know of them, a line each. */
  notices(): readonly string[];
  warnings(): Promise<ReadonlyMap<AssetKey, readonly Warning[]>>;
  sweep(counting?: "only"): Promise<number>;
  dropViews(): Promise<AssetKey[]>;
}

/** Opens the configured lake with its graph. @throws {LakeError} */
export async function openLake(config: Config, access: "read" | "write", observe: Observer): Promise<Lake> {
  const project = await loadProject(config);
  if (access === "write") await admitLake(config);
  const undo: Undo = access === "write" ? await makeLakeFolder(config.lake) : async () => {};
  const state = await openState(config.state, access, (message) => {
    observe({ type: "warning", asset: "state", message });
  }).catch(async (error) => {
    await undo();
    throw error;
  });
  let resources: OwnResources | undefined;
  try {
    const { source, requests } = await lakeSource(config, state, access, (message) => {
      observe({ type: "warning", asset: "openaq", message });
    });
    const folder = new LakeFolder(config.lake);
    const publisher = new LocalPublisher(folder);
    if (project.own && access === "write") {
      await recordAsked({ config, folder, publisher, state });
      const log = warningsOnly(observe, config.mask);
      resources = await makeResources({
        config,
        folder,
        kv: state.keyValue,
        record: hoursOnRecord(state, rawOf(config).asset, systemClock),
        clock: systemClock,
        log,
        source,
      });
    }
    const orchestrator = await Orchestrator.open({
      graph: project.graph,
      state,
      publisher,
      clock: systemClock,
      random: Math.random,
      resources: project.own ? resources : project.resources,
      mask: config.mask,
      observe,
      readSource: (path) => Deno.readTextFile(join(project.root, path)),
      limits: LIMITS,
    });
    return {
      orchestrator,
      graph: project.graph,
      state,
      hint: () => project.own ? hintOf(orchestrator) : null,
      requests: () => requests + (resources?.requests() ?? 0),
      notices: () => resources?.notices() ?? [],
      warnings: async () =>
        project.own
          ? await gapWarnings(project.graph, state.keyValue)
          : sourceWarnings(project.graph, config.graph!),
      async sweep(counting) {
        if (project.own && counting === undefined) await tidyOwnData({ config, folder, publisher, state });
        return await sweep(folder, publisher, state, counting);
      },
      dropViews: () =>
        project.own
          ? dropViews({ graph: project.graph, state, publisher, clock: systemClock })
          : Promise.resolve([]),
      async [Symbol.asyncDispose]() {
        await resources?.close();
        await state.close();
      },
    };
  } catch (error) {
    await resources?.close();
    await state.close();
    await undo();
    throw error;
  }
}

/** The tables that a hint may name, the one that says most first, by the assets that register them. */
const SHOWN = [
  ["vietnam/prod_catalog", "vietnam/prod_mart", "prod_db.vietnam ORDER BY datetime DESC"],
  ["vietnam/dev_catalog", "vietnam/dev_mart", "dev_db.vietnam ORDER BY datetime DESC"],
  ["vietnam/raw_catalog", "vietnam/raw_prod", "raw_db.openaq_raw"],
  ["vietnam/raw_catalog", "vietnam/raw_test", "raw_db.openaq_raw"],
  ["vietnam/reference_catalog", "vietnam/stations", "reference.stations"],
] as const;

const EVERY = { from: -Number.MAX_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

/** A statement over a table that is registered and has something to show. */
function hintOf({ index }: Orchestrator): string | null {
  const present = new Set(index.nodes.filter(({ rows }) => rows.standing([EVERY]) > 0).map(({ key }) => key));
  const shown = SHOWN.find(([catalog, table]) => present.has(catalog) && present.has(table));
  return shown === undefined ? null : `deno task inspect "SELECT * FROM ${shown[2]} LIMIT 10"`;
}

interface SourceOfLake {
  readonly source: string;
  /** How many requests it took to know. */
  readonly requests: number;
}

/** The source of the lake's data, after all that could be wrong with it was looked at; in writing, it is recorded. */
async function lakeSource(
  config: Config,
  state: State,
  access: "read" | "write",
  tell: (line: string) => void,
): Promise<SourceOfLake> {
  const known = knownSource(config);
  const { environment } = config;
  if (access === "read") {
    const recorded = await examineLake(state, config, { source: known, environment });
    return { source: known ?? recorded ?? "", requests: 0 };
  }
  // Before anything is asked: of what does not belong together, nothing is changed.
  const recorded = await examineLake(state, config, { source: known, environment });
  const looked = known === undefined
    ? await lookAt(config, state, recorded, tell)
    : { source: known, requests: 0 };
  const content = { source: looked.source, environment };
  await examineLake(state, config, content);
  await identifyLake(state, config, content);
  return looked;
}

/** What the configured URL is: asked once for this state. Every answer is compared with it again. */
async function lookAt(
  config: Config,
  { keyValue }: State,
  recorded: string | undefined,
  tell: (line: string) => void,
): Promise<SourceOfLake> {
  const { askSource, rememberedSource, rememberSource } = await import("./first_look.ts");
  const remembered = await rememberedSource(config, keyValue);
  if (remembered !== undefined && remembered === recorded) return { source: remembered, requests: 0 };
  const looked = await askSource(config, keyValue, { tell });
  if ("source" in looked) {
    await rememberSource(config, keyValue, looked.source);
    return looked;
  }
  if (recorded === undefined) throw looked.error;
  return { source: recorded, requests: looked.requests }; // what asks next says what is wrong
}

/** What OpenAQ's client has to say while no step listens: only what somebody should see. */
function warningsOnly(observe: Observer, mask: Config["mask"]): Log {
  const tell = (message: string, fields: Readonly<Record<string, Json>> = {}) => {
    const said = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
    observe({ type: "warning", asset: "openaq", message: mask(message + said) });
  };
  return { debug() {}, info() {}, warn: tell, error: tell };
}

/** Deletes the staged files of runs that are not at work, and whose publications nobody is completing. */
async function sweep(
  folder: LakeFolder,
  publisher: LocalPublisher,
  state: State,
  counting?: "only",
): Promise<number> {
  let swept = 0;
  const claimed = new Set((await state.claims()).map(({ run }) => run));
  const staging = await folder.existing("_staging");
  const isFolder = staging !== undefined && Deno.statSync(staging).isDirectory;
  for (const { name } of isFolder ? [...Deno.readDirSync(staging)] : []) {
    if (!/^\d+$/.test(name) || claimed.has(Number(name))) continue;
    if ((await state.run(Number(name)))?.run.status === "running") continue;
    if (counting === undefined) await publisher.clear(`_staging/${name}`);
    swept++;
  }
  return swept;
}
