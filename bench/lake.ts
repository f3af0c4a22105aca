import { DuckDBEngine } from "../adapters/engine/duckdb/engine.ts";
import { DuckDB } from "../adapters/sdk/duckdb/session.ts";
import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { localStorage } from "../app/storage.ts";
import { systemClock as clock } from "../app/system.ts";
import {
  type AnyAsset,
  type Engine,
  graph,
  type LakeStorage,
  Orchestrator,
  type RunResult,
  type RunSelection,
  type State,
} from "../core/mod.ts";

/** The parts of a lake that its assets' resources are made of. */
export interface Parts extends LakeStorage {
  readonly state: State;
  readonly engine: Engine;
}

/** Materializes a selection of assets on the lake of a folder, as the command line does. */
export async function made(
  folder: string,
  assets: readonly AnyAsset[],
  resources: (parts: Parts) => object,
  selection: RunSelection,
): Promise<{ readonly result: RunResult; readonly ms: number }> {
  const storage = localStorage(`${folder}/lake`);
  const { publisher, workspace } = storage;
  const state = await openSqliteState({ path: `${folder}/lake.sqlite` });
  const db = new DuckDB({ temporaryFolder: `${folder}/spill` });
  const statement = (name: string) => Deno.readTextFile(`sql/${name}.sql`);
  const orchestrator = await Orchestrator.open({
    graph: graph(assets),
    state,
    publisher,
    clock,
    random: Math.random,
    resources: resources({ ...storage, state, engine: new DuckDBEngine({ db, workspace, statement }) }),
    mask: (text) => text,
    readSourceFile: (path) => Deno.readTextFile(path),
    limits: { steps: 4, pools: { openaq: 1, duckdb: 1 } },
  });
  const start = performance.now();
  const result = await orchestrator.materialize(selection);
  const ms = performance.now() - start;
  await db.close();
  await state.close();
  return { result, ms };
}
