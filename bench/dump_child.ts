import { resolve } from "@std/path";
import { DuckDBEngine } from "../adapters/engine/duckdb/engine.ts";
import { LocalFolder } from "../adapters/object_store/local/folder.ts";
import { DuckDB } from "../adapters/sdk/duckdb/session.ts";
import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { openStorage } from "../app/storage.ts";
import { systemClock as clock } from "../app/system.ts";
import { group } from "../assets/dump/mod.ts";
import { DAY, graph, Orchestrator } from "../core/mod.ts";
import { bareDump } from "./dump_bare.ts";

/** One measurement in a process of its own: `made FOLDER` or `bare FOLDER`; prints one line of JSON. */
const [what, folder] = Deno.args as [string, string];
console.log(JSON.stringify(what === "bare" ? { ms: await bareDump(folder) } : await made(folder)));

/** Makes both tables of the daily files, as the command line does. */
async function made(folder: string) {
  const { publisher, workspace } = openStorage({ lake: `${folder}/lake` });
  const state = await openSqliteState({ path: `${folder}/lake.sqlite` });
  const db = new DuckDB({ temporaryFolder: `${folder}/spill` });
  const { assets } = group.declare({
    environment: "prod",
    lookback: 7 * DAY,
    views: [],
    variables: { DUMP_URL: `${folder}/files` },
    folder: (path) => new LocalFolder(resolve(path)),
    shipped: resolve,
  });
  const statement = (name: string) => Deno.readTextFile(`sql/${name}.sql`);
  const orchestrator = await Orchestrator.open({
    graph: graph(assets),
    state,
    publisher,
    clock,
    random: Math.random,
    resources: { engine: new DuckDBEngine({ db, workspace, statement }) },
    mask: (text) => text,
    readSourceFile: (path) => Deno.readTextFile(path),
    limits: { steps: 4, pools: { duckdb: 1 } },
  });
  const start = performance.now();
  const { counts } = await orchestrator.materialize({
    assets: new Set(["dump/openaq_data", "dump/openaq_incoherent_data"]),
    from: "2024-01-01",
    to: "2024-12-31",
    lookbackDays: 7,
  });
  const ms = performance.now() - start;
  await db.close();
  await state.close();
  return { ms, counts };
}
