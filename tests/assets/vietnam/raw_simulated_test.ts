import { assert, assertEquals } from "@std/assert";
import { locations } from "../../../assets/vietnam/locations.ts";
import { raw } from "../../../assets/vietnam/raw.ts";
import { stations } from "../../../assets/vietnam/stations.ts";
import { DAY, HOUR } from "../../../core/mod.ts";
import { OpenAQ } from "../../../sources/openaq/client.ts";
import { unpaced } from "../../../sources/openaq/pace.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { openaqSource } from "../../../sources/openaq/source.ts";
import { type LocalLake, localLake } from "../../adapters/object_store/local/lake.ts";
import { fakeClock } from "../../fake_clock.ts";
import { memoryKeyValue, memoryLog, memoryRecord } from "../../sources/openaq/parts.ts";
import { type MaterializationsBy, step } from "./step.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");

Deno.test("days of a simulated country are recorded once, and a change upstream by one more file", async () => {
  await using lake = await localLake();
  const clock = fakeClock(NOW);
  const serve = simulatedOpenAQ({ dataset: generated({ sensors: 12 }), clock });
  const url = "http://simulated.test";
  const client = new OpenAQ({
    url,
    fetch: serve,
    clock,
    random: () => 0.5,
    log: memoryLog(),
    pace: unpaced,
    timeout: 30_000,
  });
  const { spool } = lake;
  const openaq = openaqSource({
    client,
    kv: memoryKeyValue(),
    spool,
    record: memoryRecord(),
    clock,
    countryId: 56,
  });
  const standing: MaterializationsBy = new Map();
  const options = { lake, standing, now: NOW, resources: { openaq } };
  const hours = raw({ environment: "test", lookback: 7 * DAY });
  const latest = Math.floor(NOW / HOUR);
  const ranges = [{ from: latest - 72, to: latest - 25 }];

  await step(locations, options);
  assertEquals((await step(stations, options)).outputs[0]!.rows! > 1, true);
  const first = await step(hours, { ...options, ranges });
  assertEquals(first.outputs.length, 48);
  assert(first.outputs.every(({ rows }) => rows! > 0));
  assertEquals((await filesOf(lake)).length, 48);
  assertEquals(await spool.list(), []);

  const again = await step(hours, { ...options, ranges, forced: true });
  assertEquals(
    again.outputs.map(({ dataVersion }) => dataVersion),
    first.outputs.map(({ dataVersion }) => dataVersion),
  );
  assertEquals((await filesOf(lake)).length, 48);

  const { files } = standing.get(hours.key)!.get(ranges[0]!.from + 7)!;
  const bytes = new Response(Deno.readFileSync(`${lake.root}/${files[0]!.path}`)).body!;
  const text = await new Response(bytes.pipeThrough(new DecompressionStream("gzip"))).text();
  const { sensor_id, datetime } = JSON.parse(text.slice(0, text.indexOf("\n")));
  const change = { method: "POST", body: JSON.stringify({ sensor: sensor_id, datetime, value: 1234.5 }) };
  await serve(new Request(`${url}/_simulator/measurements`, change));
  const changed = await step(hours, { ...options, ranges, forced: true });
  const differing = changed.outputs.filter(({ dataVersion }, i) =>
    dataVersion !== first.outputs[i]!.dataVersion
  );
  assertEquals(differing.map(({ partition }) => partition), [ranges[0]!.from + 7]);
  assertEquals(differing[0]!.rows, first.outputs[7]!.rows);
  assertEquals((await filesOf(lake)).length, 49);
});

/** The files of the hours. */
async function filesOf({ store }: LocalLake): Promise<string[]> {
  return (await store.list("aq_raw_test")).filter((path) => path.endsWith(".gz"));
}
