import { hoursOnRecord } from "../sources/openaq/hours_on_record.ts";
import { DuckDBEngine } from "../adapters/engine/duckdb/engine.ts";
import { DuckDBViewBinder } from "../adapters/query/duckdb/binder.ts";
import { DuckDB } from "../adapters/sdk/duckdb/session.ts";
import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { openStorage } from "../app/storage.ts";
import { systemClock as clock } from "../app/system.ts";
import { vietnam } from "../assets/vietnam/mod.ts";
import { DAY, graph, Orchestrator, type RunResult } from "../core/mod.ts";
import { OpenAQ } from "../sources/openaq/client.ts";
import { unpaced } from "../sources/openaq/pace.ts";
import { generated } from "../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../sources/openaq/simulator/simulated.ts";
import { openaqSource } from "../sources/openaq/source.ts";

export const SENSORS = 150;
export const YEAR = { from: "2024-01-01", to: "2024-12-30" };
export const DAYS = 365;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Materializes assets of a lake of 150 simulated sensors, as the command line does. */
export async function materialize(
  folder: string,
  assets: readonly string[],
): Promise<{ result: RunResult; requests: number; ms: number }> {
  const { store, publisher, catalog, workspace, spool } = openStorage({ lake: `${folder}/lake` });
  const state = await openSqliteState({ path: `${folder}/lake.sqlite` });
  const db = new DuckDB({ temporaryFolder: `${folder}/spill` });
  const client = new OpenAQ({
    url: "http://simulated.invalid",
    fetch: simulatedOpenAQ({ dataset: generated({ sensors: SENSORS, quirks: false }), clock }),
    clock,
    random: Math.random,
    log: silent,
    pace: unpaced,
    timeout: 30_000,
  });
  const orchestrator = await Orchestrator.open({
    graph: graph(vietnam({ environment: "prod", lookback: 7 * DAY, views: [] })),
    state,
    publisher,
    clock,
    random: Math.random,
    resources: {
      store,
      engine: new DuckDBEngine({
        db,
        workspace,
        statement: (name) => Deno.readTextFile(`sql/${name}.sql`),
      }),
      catalog,
      views: new DuckDBViewBinder(catalog),
      openaq: openaqSource({
        client,
        kv: state.keyValue,
        spool,
        record: hoursOnRecord(state, "vietnam/raw_prod", clock),
        clock,
        countryId: 56,
      }),
    },
    mask: (text) => text,
    readSourceFile: (path) => Deno.readTextFile(path),
    limits: { steps: 4, pools: { openaq: 1, duckdb: 1 } },
  });
  const start = performance.now();
  const result = await orchestrator.materialize({
    assets: new Set(assets),
    ...YEAR,
    lookbackDays: 7,
  });
  const ms = performance.now() - start;
  await db.close();
  await state.close();
  return { result, requests: client.requests, ms };
}

/** The most memory that this process ever held, in MB (Linux only; elsewhere what it holds now). */
export function peakMemory(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))!;
    return Number(kilobytes) / 1024;
  } catch {
    return Deno.memoryUsage().rss / 1024 ** 2;
  }
}
