import { assertEquals, assertMatch } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { sensorOf, tampered } from "./tampered.ts";

const RANGE = ["--from", "2024-03-01", "--to", "2024-03-02"];
const SENSOR = 50_000_003;
const dataset = generated({ sensors: 6, quirks: false });
// An hour that was answered differently has the rows of both extractions.
const RAW = "SELECT DISTINCT sensor_id, datetime, value FROM raw_db.openaq_raw ORDER BY ALL";
const MART = "SELECT * FROM prod_db.vietnam ORDER BY ALL";

/** The status of an asset. */
async function told(place: Place, asset: string): Promise<string[]> {
  const { assets } = await place.ask(["status", ...RANGE]);
  const { warnings } = assets.find(({ key }: { key: string }) => key === asset);
  return warnings.map(({ message }: { message: string }) => message);
}

Deno.test("a value that no instrument can have is left out alone, said, and there once it is mended", async () => {
  await using server = new Server({ dataset });
  await using place = await Place.make(server.env);
  server.fault = tampered(server, ({ results }, url) => {
    if (sensorOf(url) === SENSOR) results[7].value = 1.8e302;
  });
  const first = await place.run(["materialize", ...RANGE, "--json"]);
  const warning =
    `check "rows_usable" failed: left out 1 rows of sensor ${SENSOR}, wanted times and values that can be`;
  assertEquals([first.code, first.stderr], [0, ""]);
  assertEquals(first.json.warnings, [`vietnam/raw_prod 2024-03-01T07: ${warning}`]);
  assertEquals(await told(place, "vietnam/raw_prod"), [warning]);
  const without: unknown[] = await place.ask(["inspect", RAW]);
  assertMatch((await place.run(["materialize", ...RANGE])).stdout, /nothing to do/);

  server.fault = undefined;
  const mended = await place.run(["materialize", "vietnam/raw_prod+", ...RANGE, "--force", "--json"]);
  assertEquals([mended.code, mended.stderr, mended.json.warnings], [0, "", []]);
  assertEquals(await told(place, "vietnam/raw_prod"), []);
  const whole: { sensor_id: number; datetime: string }[] = await place.ask(["inspect", RAW]);
  const hour = "2024-03-01T07:00:00Z";
  assertEquals(without, whole.filter((row) => row.sensor_id !== SENSOR || row.datetime !== hour));
  assertEquals(without.length, whole.length - 1);
  assertEquals(await leftovers(place), []);
});

Deno.test("a location whose id no column holds is left out alone, and said", async () => {
  await using server = new Server({ dataset });
  await using place = await Place.make(server.env);
  server.fault = tampered(server, ({ results }, { pathname }) => {
    if (pathname === "/v3/locations") results.push({ ...results[0], id: 2 ** 31 });
  });
  const { code, stderr } = await place.run(["materialize", ...RANGE]);
  assertEquals([code, stderr], [0, ""]);
  const [warning] = await told(place, "vietnam/locations");
  assertMatch(warning!, /a location is left out: results\.\d+\.id: 2147483648, wanted/);
});

Deno.test("both signs for micro are one unit, and a unit may change within a page", async () => {
  await using server = new Server({ dataset });
  await using place = await Place.make(server.env);
  await using honest = await Place.make(server.env);
  const run = async (place: Place) => {
    const { code, stderr, json } = await place.run(["materialize", ...RANGE, "--json"]);
    assertEquals([code, stderr, json.warnings], [0, "", []]);
  };
  await run(honest);
  server.fault = tampered(server, ({ results }, url) => {
    for (const [i, row] of results.entries()) {
      const { parameter } = row;
      if (sensorOf(url) === undefined || i % 2 === 0) continue;
      parameter.units = parameter.units.replace("\u00b5", "\u03bc");
      if (parameter.units !== "ppm") continue;
      parameter.units = "ppb";
      row.value = row.value === null ? null : row.value * 1_000;
    }
  });
  await run(place);
  assertEquals(await place.ask(["inspect", MART]), await honest.ask(["inspect", MART]));
});
