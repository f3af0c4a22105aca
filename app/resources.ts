import { DuckDBEngine } from "../adapters/engine/duckdb/engine.ts";
import { DuckDBBinder } from "../adapters/query/duckdb/binder.ts";
import { DuckDB } from "../adapters/sdk/duckdb/session.ts";
import type { Resources } from "../assets/resources.ts";
import type { Config } from "../config.ts";
import type { Json, LakeStorage, Log, State, Warn } from "../core/mod.ts";
import { hoursOnRecord } from "../sources/openaq/hours_on_record.ts";
import type { OpenAQWatch } from "./alerts.ts";
import { addResources } from "./opened.ts";
import { type ConnectedOpenAQ, connectOpenAQ, type SilentSource, unasked } from "./openaq.ts";
import type { Project } from "./project.ts";
import { asked, type Sources } from "./source.ts";
import type { TimeOfLake } from "./time.ts";

/** The resources of the pipelines' assets. */
export interface LakeResources extends Resources {
  /** How often OpenAQ was asked. */
  requests(): number;
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
  readonly sources: Sources;
  readonly warn: Warn;
  readonly time: TimeOfLake;
  /** OpenAQ, where it has not said yet what it is. */
  readonly silent?: SilentSource;
}

/** Connects the lake's assets with its storage, DuckDB and, where one of them asks it, OpenAQ. */
export async function makeResources(parts: ResourcesParts): Promise<LakeResources> {
  const { storage: { store, catalog, workspace }, project } = parts;
  await using opened = new AsyncDisposableStack();
  const scratch = opened.use(workspace.scratch());
  const db = opened.adopt(new DuckDB({ temporaryFolder: scratch.path }), (db) => db.close());
  const openaq = await openaqOf(parts);
  const further = opened.use(new AsyncDisposableStack());
  const resources: Resources = {
    store,
    engine: new DuckDBEngine({
      db,
      workspace,
      statement: (name) => project.readSourceFile(`sql/${name}.sql`),
    }),
    catalog,
    binder: new DuckDBBinder({ catalog, workspace }),
    openaq: openaq.source,
  };
  addResources(resources, project.pipelines.map(({ resources = {} }) => resources), further);
  const { requests, notices, watch } = openaq;
  const all = opened.move();
  return Object.assign(resources, { requests, notices, watch, close: () => all.disposeAsync() });
}

async function openaqOf(
  { config, project: { pipelines }, storage, state, sources, warn, time, silent }: ResourcesParts,
): Promise<ConnectedOpenAQ> {
  const asset = asked(pipelines);
  const source = sources.openaq ?? silent;
  if (asset === undefined || source === undefined) return unasked;
  return await connectOpenAQ({
    config,
    kv: state.keyValue,
    spool: storage.spool,
    record: hoursOnRecord(state, asset, time.clock),
    ...time,
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
