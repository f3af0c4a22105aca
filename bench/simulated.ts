import { DuckDBBinder } from "../adapters/query/duckdb/binder.ts";
import type { Resources } from "../assets/resources.ts";
import type { Clock } from "../core/mod.ts";
import { OpenAQ } from "../sources/openaq/client.ts";
import { hoursOnRecord } from "../sources/openaq/hours_on_record.ts";
import { unpaced } from "../sources/openaq/pace.ts";
import { generated, type GeneratedOptions } from "../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../sources/openaq/simulator/simulated.ts";
import { openaqSource } from "../sources/openaq/source.ts";
import type { Parts } from "./lake.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The resources of Vietnam's assets over a lake and simulated stations, and the client that asks these. */
export function simulated(
  { store, catalog, workspace, spool, engine, state }: Parts,
  clock: Clock,
  stations: GeneratedOptions,
): { readonly resources: Resources; readonly client: OpenAQ } {
  const client = new OpenAQ({
    url: "http://simulated.invalid",
    fetch: simulatedOpenAQ({ dataset: generated(stations), clock }),
    clock,
    random: Math.random,
    log: silent,
    pace: unpaced,
    timeout: 30_000,
  });
  const record = hoursOnRecord(state, "vietnam/raw_prod", clock);
  const openaq = openaqSource({ client, kv: state.keyValue, spool, record, clock, countryId: 56 });
  return {
    resources: { store, engine, catalog, binder: new DuckDBBinder({ catalog, workspace }), openaq },
    client,
  };
}
