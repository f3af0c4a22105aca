import { assertEquals } from "@std/assert";
import { DAY } from "../../core/mod.ts";
import { isRepeatable } from "./calls.ts";
import { shiftedClock } from "./clocks.ts";
import { contentOf } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound, killedAtEach } from "./kills.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";

const PRUNE = ["prune"];
/** Raw hours of the development environment expire after a week. */
const LATER = { preload: [shiftedClock(8 * DAY)] };
const KILLS = 10;

Deno.test("a prune killed at any call is finished by the same prune", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  await using server = fixedServer();
  await using made = await Place.make({ ...server.env, PIPELINE_ENV: "dev" });
  await assertRuns(made, ["materialize", ...RANGE], "at first");
  await using pruned = await made.copy();
  const calls = (await trace.calls(pruned, PRUNE, LATER)).filter(isRepeatable);
  const content = await contentOf(pruned);
  await assertSound(pruned, "undisturbed");

  await killedAtEach(
    { trace, lake: made, choices: [{ wanted: KILLS, among: calls }], random, command: PRUNE, options: LATER },
    async (place, told) => {
      await assertRuns(place, PRUNE, told, LATER);
      await assertSound(place, told);
      assertEquals(await contentOf(place), content, told);
    },
  );
});

Deno.test("a prune of all history killed at any call changes nothing that is seen, and is finished by the same", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  await using server = fixedServer();
  await using made = await Place.make(server.env);
  await assertRuns(made, ["materialize", ...RANGE], "at first");
  await assertRuns(made, ["materialize", ...RANGE, "--force"], "again");
  const forget = ["prune", "--history", "0"];
  await using pruned = await made.copy();
  const calls = (await trace.calls(pruned, forget)).filter(isRepeatable);
  const seen = async (place: Place) => ({
    content: await contentOf(place),
    status: await place.ask(["status", ...RANGE]),
    plan: await place.ask(["plan", ...RANGE]),
  });
  const before = await seen(made);
  assertEquals(await seen(pruned), before);

  const choices = [{ wanted: KILLS, among: calls }];
  await killedAtEach({ trace, lake: made, choices, random, command: forget }, async (place, told) => {
    assertEquals(await seen(place), before, told);
    await assertRuns(place, forget, told);
    assertEquals(await seen(place), before, told);
    assertEquals((await place.ask(["runs"])).length, 1, told);
    await assertSound(place, told);
  });
});
