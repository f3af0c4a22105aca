import { DuckDBBinder } from "../adapters/query/duckdb/binder.ts";
import { systemClock as clock } from "../app/system.ts";
import { vietnam } from "../assets/vietnam/mod.ts";
import { DAY, type RunResult } from "../core/mod.ts";
import { OpenAQ } from "../sources/openaq/client.ts";
import { hoursOnRecord } from "../sources/openaq/hours_on_record.ts";
import { unpaced } from "../sources/openaq/pace.ts";
import { generated } from "../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../sources/openaq/simulator/simulated.ts";
import { openaqSource } from "../sources/openaq/source.ts";
import { made } from "./lake.ts";

export const SENSORS = 150;
export const YEAR = { from: "2024-01-01", to: "2024-12-30" };
export const DAYS = 365;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Materializes a year of assets of a lake of 150 simulated sensors. */
export async function materialize(
  folder: string,
  assets: readonly string[],
): Promise<{ result: RunResult; requests: number; ms: number }> {
  const client = new OpenAQ({
    url: "http://simulated.invalid",
    fetch: simulatedOpenAQ({ dataset: generated({ sensors: SENSORS, quirks: false }), clock }),
    clock,
    random: Math.random,
    log: silent,
    pace: unpaced,
    timeout: 30_000,
  });
  const declared = vietnam({ environment: "prod", lookback: 7 * DAY, views: [] });
  const done = await made(folder, declared, ({ store, catalog, workspace, engine, spool, state }) => ({
    store,
    engine,
    catalog,
    binder: new DuckDBBinder({ catalog, workspace }),
    openaq: openaqSource({
      client,
      kv: state.keyValue,
      spool,
      record: hoursOnRecord(state, "vietnam/raw_prod", clock),
      clock,
      countryId: 56,
    }),
  }), { assets: new Set(assets), ...YEAR, lookbackDays: 7 });
  return { ...done, requests: client.requests };
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
