import {
  type AlertRule,
  conflictOf,
  conflictText,
  type Graph,
  graph,
  type LakeContent,
  type Schedule,
  type Sensor,
  show,
} from "../core/mod.ts";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Group, Pipeline } from "../assets/group.ts";
import { linkViews } from "../assets/linked_views.ts";
import { requireApart } from "../assets/table/apart.ts";
import type { ViewFile } from "../assets/views.ts";
import { type Config, ConfigError } from "../config.ts";
import type { OwnRules } from "../sensors/alerts.ts";
import { declare, isGroup, loadGroups, noticesOf, strayWarnings, type Told } from "./groups.ts";
import { askingAsset, contentOf } from "./source.ts";
import { lineOf, PROJECT } from "./system.ts";

/** A graph with what belongs to it. */
export interface Project {
  readonly graph: Graph;
  /** Reads one of its source files, by its path below the project or by a `file:` URL. */
  readonly readSourceFile: (path: string) => Promise<string>;
  readonly pipelines: readonly Pipeline[];
  /** What pipelines, or a module, declare to ask for runs. */
  readonly schedules: readonly Schedule[];
  readonly sensors: readonly Sensor[];
  /** What they declare that people are told of. */
  readonly rules: readonly OwnRules[];
  /** The resources of a module's assets; absent where they work with the lake's own. */
  readonly given?: { readonly resources: unknown };
}

/** The configured groups, loaded and declared once for a command. */
export interface Groups extends Told {
  readonly pipelines: readonly Pipeline[];
  /** The data that they make, as far as can be told without asking. */
  readonly content: LakeContent;
  /** @throws {ConfigError} If the graph could not be loaded, or the assets make none. */
  project(): Project;
}

/** The configured module, or else the configured pipelines. @throws {ConfigError} If a pipeline cannot be declared or composed. */
export async function groupsOf(config: Config): Promise<Groups> {
  if (config.graph === null) return await composed(config, await loadGroups(config), PROJECT);
  try {
    return await loadModule(config, config.graph);
  } catch (fault) {
    // Commands that need no graph do without.
    return {
      ...untold(config),
      content: { sources: {}, environment: config.environment },
      project: () => thrown(fault),
    };
  }
}

/** A module's graph tells nothing of its own. */
function untold(config: Config): Omit<Groups, "content" | "project"> {
  return { notices: [], warnings: config.stray().warnings, pipelines: [] };
}

async function composed(config: Config, groups: readonly Group[], root: string): Promise<Groups> {
  const warnings = strayWarnings(config, groups);
  const views = await viewsOf(groups, join(root, "sql")).catch((fault: unknown) => ({ fault }));
  const pipelines = groups.map((group, i) => declare(group, config, "fault" in views ? [] : views[i]!));
  if (askingAsset(pipelines) !== undefined && config.openaq.faults.length > 0) {
    throw new ConfigError(config.openaq.faults);
  }
  const content = contentOf(config, { pipelines });
  const found = conflictOf(content.sources);
  if (found !== undefined) throw new ConfigError([conflictText(found)]);
  return {
    notices: noticesOf(config, pipelines),
    warnings,
    pipelines,
    content,
    project: () =>
      "fault" in views ? thrown(views.fault) : {
        graph: built(pipelines),
        readSourceFile: readerOf(root),
        pipelines,
        schedules: pipelines.flatMap(({ schedules = [] }) => schedules),
        sensors: pipelines.flatMap(({ sensors = [] }) => sensors),
        rules: pipelines.map(({ rules = [], assets }) => ({ rules, assets: assets.map(({ key }) => key) })),
      },
  };
}

function thrown(fault: unknown): never {
  throw fault;
}

/** @throws {ConfigError} If the assets make no graph: what is wrong in one line. */
function built(pipelines: readonly Pipeline[]): Graph {
  try {
    const assets = pipelines.flatMap(({ assets }) => assets);
    requireApart(assets);
    linkViews(assets);
    return graph(assets);
  } catch (cause) {
    throw new ConfigError([lineOf(cause)], { cause });
  }
}

async function viewsOf(groups: readonly Group[], sql: string): Promise<ViewFile[][]> {
  const [{ viewFiles }, { DuckDB }] = await Promise.all([
    import("../adapters/query/duckdb/view_files.ts"),
    import("../adapters/sdk/duckdb/session.ts"),
  ]);
  const db = new DuckDB();
  try {
    return await Promise.all(groups.map(({ name }) => viewFiles(sql, name, db)));
  } finally {
    await db.close();
  }
}

/** A module's graph: what it exports as `group`, or as `graph` with its own `resources`. */
async function loadModule(config: Config, path: string): Promise<Groups> {
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const { graphFault } = await import("./graph_fault.ts");
    throw new ConfigError([await graphFault(path, cause)], { cause });
  }
  const { group, graph: exported, resources, schedules = [], sensors = [], rules = [] } = module;
  if (isGroup(group)) return await composed(config, [group], dirname(path));
  if (!isGraph(exported)) {
    throw new ConfigError([`loading the graph "${path}": ${noGraph(group, exported)}`]);
  }
  for (const [name, found] of Object.entries({ schedules, sensors, rules })) {
    if (Array.isArray(found)) continue;
    throw new ConfigError([
      `loading the graph "${path}": found "${name}" to be ${show(found)}, wanted a list`,
    ]);
  }
  const project: Project = {
    graph: exported,
    schedules: schedules as Schedule[],
    sensors: sensors as Sensor[],
    rules: [{ rules: rules as AlertRule[], assets: [...exported.byKey.keys()] }],
    readSourceFile: readerOf(dirname(path)),
    pipelines: [],
    given: { resources },
  };
  return { ...untold(config), content: contentOf(config, project), project: () => project };
}

function noGraph(group: unknown, graph: unknown): string {
  if (group !== undefined) return `found "group" to be ${show(group)}, wanted one with "name" and "declare"`;
  if (graph === undefined) return 'found neither a "group" nor a "graph" among its exports, wanted one';
  return `found "graph" to be ${show(graph)}, wanted what "graph([…])" makes of assets`;
}

function readerOf(root: string): Project["readSourceFile"] {
  return (path) => Deno.readTextFile(path.startsWith("file:") ? new URL(path) : join(root, path));
}

function isGraph(value: unknown): value is Graph {
  return typeof value === "object" && value !== null && "assets" in value && Array.isArray(value.assets) &&
    "byKey" in value && value.byKey instanceof Map;
}
