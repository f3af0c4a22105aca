import { assert, assertEquals } from "@std/assert";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";

Deno.test("60 requests a minute over more than 90 never meet a 429", async () => {
  const dataset = generated({ sensors: 90, quirks: false });
  await using server = new Server({ dataset, limits: { perMinute: 60, perHour: 2_000 } });
  const env = { OPENAQ_RATE_PER_MINUTE: "60", OPENAQ_RATE_PER_HOUR: "2000" };
  await using place = await Place.make({ ...server.env, ...env });
  const started = performance.now();
  const { code, stderr } = await place.run(["materialize", "--from", "2024-03-01", "--to", "2024-03-01"]);
  const took = (performance.now() - started) / 1_000;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(server.statuses, new Map([[200, server.requests]]));
  assert(server.requests > 90, `found ${server.requests} requests`);
  console.log(`${server.requests} requests in ${Math.round(took)} s`);
  assert(took > 55 && took < 90, `it took ${took} s`);
});
