import { assertEquals, assertLessOrEqual, assertMatch } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { sensorOf } from "./tampered.ts";

const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-02", "--json"];
const FIRST = 50_000_001;
const SENSORS = "SELECT DISTINCT sensor_id FROM raw_db.openaq_raw ORDER BY ALL";

/** Runs the command while the sensors that come first are refused with the status. */
async function ran({ refused, of, status }: { refused: number; of: number; status: number }) {
  await using server = new Server({ dataset: generated({ sensors: of, quirks: false }) });
  await using place = await Place.make(server.env);
  server.fault = (request) => {
    const sensor = sensorOf(new URL(request.url)) ?? Infinity;
    return sensor < FIRST + refused
      ? Response.json({ detail: "no" }, { status, headers: { "x-airgraph-source": "simulated:1" } })
      : server.honest(request);
  };
  const { code, errors, stdout } = await place.run(COMMAND);
  const sensors = code === 0 ? await place.ask(["inspect", SENSORS]) : [];
  assertEquals(await leftovers(place), []);
  const warnings = (JSON.parse(stdout).warnings as string[]).filter((line) => line.includes("is set aside"));
  return { code, errors, warnings, sensors: sensors.length, requests: server.requests };
}

Deno.test("a sensor that the key may not ask is set aside alone", async () => {
  const { code, errors, warnings, sensors } = await ran({ refused: 1, of: 6, status: 403 });
  assertEquals([code, errors, sensors, warnings.length], [0, [], 5, 1]);
  assertMatch(
    warnings[0]!,
    /sensor 50000001 is set aside .* answered 403 "no", wanted a valid OPENAQ_API_KEY$/,
  );
});

Deno.test("a key that may ask nothing fails the run", async () => {
  const { code, errors } = await ran({ refused: 6, of: 6, status: 403 });
  assertEquals(code, 1);
  assertMatch(errors[0]!, /answered 403 "no", wanted a valid OPENAQ_API_KEY$/);
});

Deno.test("old sensors that are no more keep nobody from the newer ones, however many they are", async () => {
  for (const refused of [30, 52]) {
    const { code, errors, warnings, sensors, requests } = await ran({ refused, of: 60, status: 404 });
    assertEquals([code, errors, sensors, warnings.length], [0, [], 60 - refused, refused]);
    assertLessOrEqual(requests, 1.3 * 62);
  }
});
