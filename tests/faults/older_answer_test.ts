import { assertEquals } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { filesBelow, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { sensorOf } from "./tampered.ts";
import { until } from "./until.ts";

const DAY = ["--from", "2024-03-01", "--to", "2024-03-01"];
const HOUR = "2024-03-01T05";
const SENSOR = 50_000_001;
const VALUE =
  `SELECT value FROM raw_db.openaq_raw WHERE sensor_id = ${SENSOR} AND datetime = '2024-03-01 05:00:00' ` +
  "ORDER BY extracted_at DESC LIMIT 1";

Deno.test("an answer that a failed run left does not undo a correction that was asked for since", async () => {
  await using server = new Server({ dataset: generated({ sensors: 6, quirks: false }) });
  await using place = await Place.make(server.env);
  const kept = `${place.lake}/_staging/answers/${SENSOR}`;
  // The first sensor alone is answered, and its answer kept.
  server.fault = async (request) => {
    const sensor = sensorOf(new URL(request.url)) ?? SENSOR;
    if (sensor === SENSOR) return await server.honest(request);
    await until("an answer is kept", () => [...filesBelow(kept)].length > 0);
    return Response.json({}, { status: 401 });
  };
  const fails = await place.run(["materialize", ...DAY]);
  assertEquals(fails.code, 1, fails.stderr);
  server.fault = undefined;

  // Records are stamped in whole seconds: what was answered in one second is not told apart.
  const next = Math.ceil(Date.now() / 1_000 + 0.001) * 1_000;
  await until("a second begins", () => Date.now() >= next);
  await server.change(SENSOR, `${HOUR}:00:00Z`, 777);
  const forced = ["materialize", "+vietnam/raw_prod", "--partition", HOUR, "--force"];
  assertEquals((await place.run(forced)).code, 0);
  assertEquals((await place.run(["wipe", "vietnam/raw_prod", "--partition", HOUR])).code, 0);
  assertEquals((await place.run(["materialize", ...DAY])).code, 0);
  assertEquals(await place.ask(["inspect", VALUE]), [{ value: 777 }]);
  assertEquals(await leftovers(place), []);
});
