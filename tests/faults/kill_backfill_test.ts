import { assertEquals } from "@std/assert";
import { isRepeatable } from "./calls.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { killDaemons } from "./killed_daemons.ts";
import { assertRuns, killedAtEach } from "./kills.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";

const BACKFILL = ["backfill", "+vietnam/prod_mart", ...RANGE, "--yes"];
/** How many lives are killed while the backfill is stored. */
const STORING = 5;

async function backfills(place: Place) {
  return await place.ask(["backfills"]);
}

Deno.test("a backfill killed while it is stored is stored whole or not at all", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  await using server = fixedServer();
  await using made = await Place.make(server.env);
  await assertRuns(made, ["materialize", "vietnam/locations"], "making the lake");
  await using stored = await made.copy();
  const calls = (await trace.calls(stored, BACKFILL)).filter(isRepeatable);
  const [whole] = await backfills(stored);
  const choices = [{ wanted: STORING, among: calls }];
  await killedAtEach({ trace, lake: made, choices, random, command: BACKFILL }, async (place, told) => {
    const found = await backfills(place);
    if (found.length > 0) assertEquals(found, [whole], told);
    else await assertRuns(place, BACKFILL, told);
    assertEquals((await backfills(place)).length, 1, told);
  });
});

Deno.test("a backfill whose daemon is killed at any call goes on with the next one, and asks nothing twice", async () => {
  await killDaemons({
    kills: { intended: 2, publishing: 3, published: 2, other: 3 },
    async begin(place) {
      await assertRuns(place, BACKFILL, "storing the backfill");
    },
    async ended(place, told) {
      const [{ status, done, total }] = await backfills(place);
      assertEquals([status, done], ["succeeded", total], told);
      const runs = await place.ask(["runs"]);
      const own = runs.filter(({ request }: { request: { key?: string } }) => request.key === "backfill/1/1");
      assertEquals(own.length, 1, told);
    },
  });
});
