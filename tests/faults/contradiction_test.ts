import { assert, assertEquals, assertMatch } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { sensorOf, type Tampered, tampered } from "./tampered.ts";

const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-12"];
const SENSOR = 50_000_003;
const dataset = generated({ sensors: 6, quirks: false });
const ROWS = "SELECT sensor_id, count(*) AS n FROM raw_db.openaq_raw GROUP BY ALL ORDER BY ALL";

/** Runs the command on a server whose answers are changed. */
async function changed(change: Parameters<typeof tampered>[1]) {
  await using server = new Server({ dataset });
  await using place = await Place.make(server.env);
  server.fault = tampered(server, change);
  const { code, stderr, stdout } = await place.run([...COMMAND, "--json"]);
  const rows: { sensor_id: number; n: number }[] = code === 0 ? await place.ask(["inspect", ROWS]) : [];
  const { assets } = await place.ask(["status", "--from", "2024-03-01", "--to", "2024-03-12"]);
  assertEquals(await leftovers(place), []);
  return {
    code,
    stderr,
    rows,
    warnings: stdout === "" ? [] : JSON.parse(stdout).warnings as string[] ?? [],
    told:
      (assets.flatMap(({ warnings }: { warnings: { message: string }[] }) =>
        warnings.map(({ message }) => message)
      ) as string[]).filter((message) => !message.startsWith('check "pm25"')), // that is of the air
  };
}

const { rows: honest } = await changed(() => {});

/** Leaves the first results alone. */
function cut(answer: Tampered, most: number): void {
  answer.results = answer.results.slice(0, most);
}

for (
  const [what, change] of [
    ["says so", (answer: Tampered, all: number) => {
      cut(answer, 100);
      answer.meta.limit = 100;
      answer.meta.found = all > 100 ? ">100" : all;
    }],
    ["says only how many there are", (answer: Tampered, all: number) => {
      cut(answer, 100);
      answer.meta.found = all;
    }],
  ] as const
) {
  Deno.test(`a server that gives a hundred at once and ${what} is asked for the rest`, async () => {
    const ran = await changed((answer, url) => {
      if (sensorOf(url) !== undefined) change(answer, answer.results.length);
    });
    assertEquals(ran, { code: 0, stderr: "", rows: honest, warnings: [], told: [] });
  });
}

for (
  const [what, change] of [
    ["no rows beside found: 500", { meta: { found: 500 }, results: [] }],
    ["no rows beside found: >1000", { meta: { found: ">1000" }, results: [] }],
  ] as const
) {
  Deno.test(`${what}: the sensor is set aside, with a warning that says so`, async () => {
    const ran = await changed((_, url) => sensorOf(url) === SENSOR ? { ...change, results: [] } : undefined);
    assertEquals([ran.code, ran.rows], [0, honest.filter(({ sensor_id }) => sensor_id !== SENSOR)]);
    for (const [message] of [ran.warnings, ran.told]) {
      assertMatch(message!, new RegExp(`sensor ${SENSOR} is set aside .* 0 results beside meta.found: `));
    }
  });
}

Deno.test("an answer that contradicts itself once is asked for again", async () => {
  let times = 0;
  const ran = await changed((answer, url) => {
    if (sensorOf(url) !== SENSOR || times++ > 0) return;
    cut(answer, 7);
    answer.meta.found = 289;
  });
  assertEquals(ran, { code: 0, stderr: "", rows: honest, warnings: [], told: [] });
});

Deno.test("locations of which some are lacking are no answer", async () => {
  const ran = await changed((answer, { pathname }) => {
    if (pathname !== "/v3/locations") return;
    answer.meta.found = answer.results.length + 1;
  });
  assertEquals(ran.code, 1);
  const [first] = ran.stderr.split("\n");
  assertMatch(first!, /^vietnam\/locations: .*\d+ results beside meta.found: \d+, wanted all of them$/);
  assert(ran.told.length > 0, "status tells of nothing");
});
