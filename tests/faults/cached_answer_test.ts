import { assert, assertEquals } from "@std/assert";
import { HOUR, iso } from "../../core/mod.ts";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../sources/openaq/simulator/simulated.ts";
import { shiftedClock, toMidHour } from "./clocks.ts";
import { contentOf, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { sensorOf } from "./tampered.ts";

const AGE = 3 * HOUR;

Deno.test("a cache is asked for nothing old; of what it gives all the same, the hours since are due", async () => {
  const midHour = toMidHour();
  const clock = { now: () => Date.now() + midHour };
  const options = { preload: [shiftedClock(midHour)] };
  const dataset = generated({ sensors: 6, quirks: false });
  await using server = new Server({ dataset, clock });
  await using place = await Place.make(server.env);
  const command = ["materialize", "--from", iso(clock.now() - 24 * HOUR).slice(0, 13), "--json"];
  const earlier = simulatedOpenAQ({ dataset, clock: { now: () => clock.now() - AGE } });
  let heeds = false;
  server.fault = async (request) => {
    const isFresh = heeds && request.headers.get("cache-control") === "no-cache";
    if (isFresh || sensorOf(new URL(request.url)) === undefined) return await server.honest(request);
    const { body, headers } = await earlier(request);
    headers.set("age", String(AGE / 1_000));
    return new Response(body, { headers });
  };
  const first = await place.run(command, options);
  assertEquals([first.code, first.stderr], [0, ""]);
  const { json: { steps } } = await place.run(["plan", ...command.slice(1)], options);
  const raw = steps.filter(({ asset }: { asset: string }) => asset === "vietnam/raw_prod");
  const due = raw.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
  assert(due >= AGE / HOUR, `found ${due} hours that are due`);

  heeds = true;
  const second = await place.run(command, options);
  assertEquals([second.code, second.stderr], [0, ""]);
  assertEquals((await place.run(["plan", ...command.slice(1)], options)).json, { steps: [] });
  assertEquals(await leftovers(place), []);
  server.fault = undefined;
  await using other = await Place.make(server.env);
  assertEquals((await other.run(command, options)).code, 0);
  const [found, wanted] = [await contentOf(place), await contentOf(other)];
  assertEquals([found.dev, found.prod], [wanted.dev, wanted.prod]);
});
