import { assert, assertEquals } from "@std/assert";
import { CommandLine } from "../cli/command_line.ts";
import { FROM, fuzzedApi, martOf, TO } from "./fuzzed_api.ts";
import { chosenSeed } from "./random.ts";

const LIVES = Number(Deno.env.get("LIVES") ?? 100);
/** One life alone, to try it again. */
const ALONE = Deno.env.has("SEED");
/** Lives side by side: most of a life is waiting. */
const AT_ONCE = 8;
const day = (instant: number) => new Date(instant).toISOString().slice(0, 10);
const RANGE = ["--from", day(FROM), "--to", day(TO - 1)];
const CELLS = "SELECT location_id, datetime, name, value FROM " +
  "(UNPIVOT (SELECT location_id, datetime, pm25, pm10, no2, so2, o3, co FROM prod_db.vietnam) " +
  "ON pm25, pm10, no2, so2, o3, co)";

interface Cell {
  readonly location_id: number;
  readonly datetime: string;
  readonly name: string;
  readonly value: number;
}

/** One lake, made by a server that misbehaves: what is not as an honest one would make it is named. */
async function live(seed: number): Promise<void> {
  const { sensors, answer } = fuzzedApi(seed);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  await using line = await CommandLine.open();
  const env = {
    OPENAQ_API_URL: `http://127.0.0.1:${server.addr.port}`,
    OPENAQ_API_KEY: "a-key-for-tests",
    OPENAQ_RATE_PER_MINUTE: "100000",
    OPENAQ_RATE_PER_HOUR: "1000000",
    LAKE_URL: "lake",
  };
  try {
    const ran = await line.run(["materialize", ...RANGE, "--json"], { env });
    const warnings: string = JSON.stringify(ran.json.warnings);
    if (ran.code !== 0) {
      // Only where no sensor is left that could tell whose trouble it is.
      assert(sensors.every(({ lying }) => lying), ran.stderr);
      assert(ran.stderr.includes("meta.found"), ran.stderr);
      return;
    }
    const named = sensors.filter(({ id }) => warnings.includes(`sensor ${id} is set aside`));
    assertEquals(named.filter(({ lying }) => !lying).map(({ id }) => id), [], "honest sensors set aside");
    const inspected = await line.run(["inspect", CELLS, "--json"], { env });
    assertEquals(inspected.stderr, "");
    const found = (inspected.json as Cell[])
      .map(({ location_id, datetime, name, value }) => `${location_id} ${datetime} ${name} ${value}`).sort();
    assertEquals(found, martOf(sensors.filter((sensor) => !named.includes(sensor))));
    const again = await line.run(["materialize", ...RANGE, "--json"], { env });
    assertEquals([again.code, again.json.status, again.json.requests], [0, "nothing_to_do", 0]);
  } finally {
    await server.shutdown();
  }
}

Deno.test(`${LIVES} lakes of servers that misbehave hold what honest ones would give, or say what is lacking`, async () => {
  const first = chosenSeed();
  const seeds = Array.from({ length: ALONE ? 1 : LIVES }, (_, i) => first + i);
  const failed: string[] = [];
  const worker = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      await live(seed).catch((error) => failed.push(`SEED=${seed}: ${error}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  assertEquals(failed, []);
});
