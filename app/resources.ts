import type { Json, LakeStorage, Log, Origins, State, Tracer, Warn } from "../core/mod.ts";
import { DuckDBEngine } from "../adapters/engine/duckdb/engine.ts";
import { DuckDBBinder } from "../adapters/query/duckdb/binder.ts";
import { DuckDB } from "../adapters/sdk/duckdb/session.ts";
import type { Resources } from "../assets/resources.ts";
import type { Config } from "../config.ts";
import { hoursOnRecord } from "../sources/openaq/hours_on_record.ts";
import type { OpenAQWatch } from "./alerts.ts";
import { addResources } from "./opened.ts";
import { type ConnectedOpenAQ, connectOpenAQ, type SilentSource, unasked } from "./openaq.ts";
import type { Project } from "./project.ts";
import { askingAsset } from "./source.ts";
import type { TimeOfLake } from "./time.ts";
import { tracedBinder } from "./traced/binder.ts";
import { tracedEngine } from "./traced/engine.ts";

/** The resources of the pipelines' assets. */
export interface LakeResources extends Resources {
  /** How often OpenAQ was asked. */
  requests(): number;
  /** How many of these requests were answered 429. */
  limited(): number;
  /** Notes on the source's answers for their readers, a line each. */
  notices(): readonly string[];
  /** Absent where OpenAQ is not asked. */
  readonly watch?: OpenAQWatch | undefined;
  close(): Promise<void>;
}

export interface ResourcesParts {
  readonly config: Config;
  readonly project: Project;
  readonly storage: LakeStorage;
  readonly state: State;
  readonly sources: Origins;
  /** How many requests were made again to know OpenAQ's source. @default none */
  readonly spent?: number;
  readonly warn: Warn;
  readonly time: TimeOfLake;
  readonly tracer: Tracer;
  /** OpenAQ, where it has not said yet what it is. */
  readonly silent?: SilentSource;
}

/** Connects the lake's assets with its storage, DuckDB and, where one of them asks it, OpenAQ. */
export async function makeResources(parts: ResourcesParts): Promise<LakeResources> {
  const { storage: { store, catalog, workspace }, project, tracer } = parts;
  await using opened = new AsyncDisposableStack();
  const scratch = opened.use(workspace.scratch());
  const db = opened.adopt(new DuckDB({ temporaryFolder: scratch.path }), (db) => db.close());
  const openaq = await openaqOf(parts);
  const further = opened.use(new AsyncDisposableStack());
  const resources: Resources = {
    store,
    engine: tracedEngine(
      tracer,
      new DuckDBEngine({
        db,
        workspace,
        statement: (name) => project.readSourceFile(`sql/${name}.sql`),
      }),
      "duckdb",
    ),
    catalog,
    binder: tracedBinder(tracer, new DuckDBBinder({ catalog, workspace }), "duckdb"),
    openaq: openaq.source,
  };
  addResources(resources, project.pipelines.map(({ resources = {} }) => resources), further);
  const { requests, limited, notices, watch } = openaq;
  const all = opened.move();
  return Object.assign(resources, { requests, limited, notices, watch, close: () => all.disposeAsync() });
}

async function openaqOf(
  { config, project: { pipelines }, storage, state, sources, spent = 0, warn, time, silent, tracer }:
    ResourcesParts,
): Promise<ConnectedOpenAQ> {
  const asset = askingAsset(pipelines);
  const source = sources.openaq ?? silent;
  if (asset === undefined || source === undefined) return unasked;
  return await connectOpenAQ({
    config,
    kv: state.keyValue,
    spool: storage.spool,
    record: hoursOnRecord(state, asset, time.clock),
    ...time,
    spent,
    tracer,
    log: warningsOnly(warn, config.mask),
    source,
  });
}

/** Passes on those messages of OpenAQ's client that somebody should see while no step listens. */
function warningsOnly(warn: Warn, mask: Config["mask"]): Log {
  const tell = (message: string, fields: Readonly<Record<string, Json>> = {}) => {
    const said = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join("");
    warn("openaq", mask(message + said));
  };
  return { debug() {}, info() {}, warn: tell, error: tell };
}
