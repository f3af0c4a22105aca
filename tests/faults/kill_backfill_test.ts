import { assert, assertEquals } from "@std/assert";
import { isRepeatable, momentsOf } from "./calls.ts";
import { contentOf } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound, killAt, killedAtEach, toldOf } from "./kills.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded, spread } from "./random.ts";
import { tracer } from "./tracer.ts";

const DAEMON = ["daemon", "--once"];
const BACKFILL = ["backfill", "+vietnam/prod_mart", ...RANGE, "--yes"];
/** How many lives are killed at each of the moments. */
const KILLS = { intended: 2, publishing: 3, published: 2, other: 3 } as const;
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
  const random = seeded(chosenSeed());
  const trace = await tracer();
  const { content, requests, calls } = await undisturbed();
  const moments = momentsOf(calls);
  const kills = Object.entries(KILLS).flatMap(([name, count]) =>
    spread(moments[name as keyof typeof KILLS], count, random)
  );
  let killed = 0;
  await live(kills, async (call) => {
    await using server = fixedServer();
    await using place = await begun(server);
    const ended = await killAt(trace, place, { command: DAEMON, call });
    const told = toldOf(ended, call);
    if (ended.signal === "SIGKILL") killed++;
    await assertRuns(place, DAEMON, told);
    const [{ status, done, total }] = await backfills(place);
    assertEquals([status, done], ["succeeded", total], told);
    const most = 1.3 * requests + 8;
    assert(server.requests <= most, `${told}: found ${server.requests} requests, wanted at most ${most}`);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
    const runs = await place.ask(["runs"]);
    const own = runs.filter(({ request }: { request: { key?: string } }) => request.key === "backfill/1/1");
    assertEquals(own.length, 1, told);
  });
  assert(killed >= 0.8 * kills.length, `found ${killed} of ${kills.length} killed`);

  async function undisturbed() {
    await using server = fixedServer();
    await using place = await begun(server);
    const calls = await trace.calls(place, DAEMON);
    return { content: await contentOf(place), requests: server.requests, calls };
  }

  async function begun(server: ReturnType<typeof fixedServer>): Promise<Place> {
    const place = await Place.make(server.env);
    await assertRuns(place, ["materialize", "vietnam/locations"], "making the lake");
    await assertRuns(place, BACKFILL, "storing the backfill");
    return place;
  }
});
