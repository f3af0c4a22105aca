import { assertEquals } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { filesBelow, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { sensorOf } from "./tampered.ts";
import { until } from "./until.ts";

const DAY = ["--from", "2024-03-01", "--to", "2024-03-01"];
const FORCE = ["materialize", "--force", ...DAY];
const SENSORS = 6;
const SENSOR = 50_000_001;
const VALUE =
  `SELECT value FROM raw_db.openaq_raw WHERE sensor_id = ${SENSOR} AND datetime = '2024-03-01 05:00:00' ` +
  "ORDER BY extracted_at DESC LIMIT 1";

Deno.test("a run by force asks anew what one that was killed had been answered: a correction since is there", async () => {
  await using server = new Server({ dataset: generated({ sensors: SENSORS, quirks: false }) });
  await using place = await Place.make(server.env);
  assertEquals((await place.run(["materialize", ...DAY])).code, 0);
  const kept = `${place.lake}/_staging/answers/${SENSOR}`;
  // The first sensor alone is answered, and its answer kept.
  const released = Promise.withResolvers<void>();
  server.fault = async (request) => {
    if (sensorOf(new URL(request.url)) !== SENSOR) await released.promise;
    return await server.honest(request);
  };
  const killed = place.start(FORCE.toSpliced(1, 0, "vietnam/raw_prod"));
  await until("an answer is kept", () => killed.over || [...filesBelow(kept)].length > 0);
  killed.signal("SIGKILL");
  assertEquals((await killed.ended).signal, "SIGKILL");
  released.resolve();
  server.fault = undefined;

  // Records are stamped in whole seconds: what was answered in one second is not told apart.
  const next = Math.ceil(Date.now() / 1_000 + 0.001) * 1_000;
  await until("a second begins", () => Date.now() >= next);
  await server.change(SENSOR, "2024-03-01T05:00:00Z", 777);
  const { code, stderr } = await place.run(FORCE);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(await place.ask(["inspect", VALUE]), [{ value: 777 }]);
  assertEquals(await leftovers(place), []);
});
