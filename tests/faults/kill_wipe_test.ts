import { assertEquals } from "@std/assert";
import { isRepeatable } from "./calls.ts";
import { contentOf, leftovers } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound, killedAtEach } from "./kills.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const WIPE = ["wipe", "vietnam/dev_mart", "vietnam/prod_mart", ...RANGE];
const KILLS = 6;

Deno.test("a wipe killed at any call is finished by the same wipe, and all comes back", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  await using server = fixedServer();
  await using made = await Place.make(server.env);
  await assertRuns(made, MATERIALIZE, "at first");
  const content = await contentOf(made);
  await using wiped = await made.copy();
  const calls = (await trace.calls(wiped, WIPE)).filter(isRepeatable);
  const without = await contentOf(wiped);

  const choices = [{ wanted: KILLS, among: calls }];
  await killedAtEach({ trace, lake: made, choices, random, command: WIPE }, async (place, told) => {
    await assertRuns(place, WIPE, told);
    const left = (await leftovers(place)).filter((what) => !what.endsWith("is named by nothing")); // files stay
    assertEquals(left, [], told);
    assertEquals(await contentOf(place), without, told);
    await assertRuns(place, MATERIALIZE, told);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
  });
});
