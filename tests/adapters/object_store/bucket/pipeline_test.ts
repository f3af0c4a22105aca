import { assertEquals } from "@std/assert";
import { DuckDBEngine } from "../../../../adapters/engine/duckdb/engine.ts";
import { DuckDBQuery } from "../../../../adapters/query/duckdb/query.ts";
import { DuckDB } from "../../../../adapters/sdk/duckdb/session.ts";
import { memoryState } from "../../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../../adapters/state/memory/store.ts";
import {
  DAY,
  examineLake,
  graph,
  identifyLake,
  type LakeStorage,
  Orchestrator,
  readMark,
  type State,
  sweepStaging,
} from "../../../../core/mod.ts";
import { vietnam } from "../../../../assets/vietnam/mod.ts";
import { simulated } from "../../../../bench/simulated.ts";
import { fakeClock } from "../../../fake_clock.ts";
import { localLake } from "../local/lake.ts";
import { bucketLake } from "./lake.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const DAYS = { from: "2025-12-30", to: "2025-12-31" };
const STATEMENT = "SELECT datetime, location_id, pm25 FROM aq_prod.vietnam ORDER BY ALL";

/** Makes two days of a simulated country on a lake, and answers everything that was recorded and can be read of them. */
async function made(storage: LakeStorage): Promise<{ versions: string[]; again: string; rows: string }> {
  const { publisher, catalog, workspace } = storage;
  const clock = fakeClock(NOW);
  const state = memoryState(memoryStore(), "a");
  await storage.make();
  const content = { sources: { openaq: "simulated:1" }, environment: "prod" };
  await identifyLake(state, { storage, state: "" }, content, { newId: () => crypto.randomUUID() });
  const db = new DuckDB();
  await using _db = { [Symbol.asyncDispose]: () => db.close() };
  const engine = new DuckDBEngine({
    db,
    workspace,
    statement: (name) => Deno.readTextFile(new URL(`../../../../sql/${name}.sql`, import.meta.url)),
  });
  const { resources } = simulated({ ...storage, state, engine }, clock, { sensors: 6 });
  const assets = vietnam({ environment: "prod", lookback: 7 * DAY, views: [] });
  const orchestrator = await Orchestrator.open({
    graph: graph(assets),
    state,
    publisher,
    clock,
    random: () => 0.5,
    resources,
    mask: (text) => text,
    readSourceFile: (path) => Deno.readTextFile(new URL(`../../../../${path}`, import.meta.url)),
    limits: { steps: 4, pools: { openaq: 1, duckdb: 1 } },
  });
  const materialize = () =>
    orchestrator.materialize({
      assets: new Set(assets.map(({ key }) => key)),
      ...DAYS,
      lookbackDays: 7,
    });
  assertEquals((await materialize()).status, "succeeded");
  await examineLake(state, await readMark({ storage, state: "" }), content);
  assertEquals(await sweepStaging(storage, state, "only"), 0);
  const again = (await materialize()).status;
  const query = new DuckDBQuery({
    workspace,
    catalog,
    published: (folders) => Promise.all(folders.map((folder) => state.filesBelow(folder))),
  });
  const rows = await Array.fromAsync(query.run(STATEMENT, {
    format: "json",
    terminal: false,
    limits: { timeout: 60_000, memory: 4e9, rows: 1_000 },
    signal: new AbortController().signal,
    warn: () => {},
  }));
  return { versions: await versionsOf(state), again, rows: new TextDecoder().decode(rows[0]) };
}

async function versionsOf(state: State): Promise<string[]> {
  const events = await state.since(0);
  return events.flatMap((event) =>
    event.kind === "materialized" ? [`${event.asset} ${event.partition} ${event.dataVersion}`] : []
  ).sort();
}

Deno.test("a pipeline makes on a bucket what it makes in a folder, to the last value", async () => {
  await using bucket = await bucketLake();
  await using folder = await localLake();
  const onBucket = await made(bucket);
  assertEquals(onBucket, await made(folder));
  assertEquals(onBucket.again, "nothing_to_do");
  assertEquals(onBucket.versions.length > 50, true);
  assertEquals(onBucket.rows.includes("pm25"), true);
});
