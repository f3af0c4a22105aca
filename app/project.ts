import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Config, ConfigError } from "../config.ts";
import { DAY } from "../core/instant.ts";
import { type Graph, graph } from "../core/graph.ts";

/** A graph with what belongs to it. */
export interface Project {
  readonly graph: Graph;
  /** Where the paths of the graph's source files begin. */
  readonly root: string;
  /** What a module gives its assets; undefined for the lake's own graph. */
  readonly resources?: unknown;
  readonly own: boolean;
}

const ROOT = dirname(import.meta.dirname!);

/** A file of the program itself. */
export function projectFile(path: string): string {
  return join(ROOT, path);
}

/** The graph of the configured module, or else the lake's own. */
export async function loadProject(config: Config): Promise<Project> {
  if (config.graph !== null) return await loadModule(config.graph);
  const [{ vietnam }, { viewFiles }, { DuckDB }] = await Promise.all([
    import("../assets/vietnam/mod.ts"),
    import("../adapters/query/duckdb/view_files.ts"),
    import("../adapters/sdk/duckdb/session.ts"),
  ]);
  const db = new DuckDB({ temporaryFolder: join(config.lake, "_staging", "duckdb") });
  try {
    const views = await viewFiles(projectFile("sql"), db);
    const { environment, lookbackDays } = config;
    const assets = vietnam({ environment, lookback: lookbackDays * DAY, views });
    return { graph: graph(assets), root: ROOT, own: true };
  } finally {
    await db.close();
  }
}

async function loadModule(path: string): Promise<Project> {
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const { graphFault } = await import("./graph_fault.ts");
    throw new ConfigError([await graphFault(path, cause)], { cause });
  }
  const { graph: exported, resources } = module;
  if (!isGraph(exported)) {
    throw new ConfigError([`loading the graph "${path}": found no graph exported as "graph", wanted one`]);
  }
  return { graph: exported, resources, root: dirname(path), own: false };
}

function isGraph(value: unknown): value is Graph {
  return typeof value === "object" && value !== null && "assets" in value && Array.isArray(value.assets) &&
    "byKey" in value && value.byKey instanceof Map;
}
