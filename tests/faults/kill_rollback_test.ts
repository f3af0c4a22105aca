import { assertEquals } from "@std/assert";
import { isRepeatable } from "./calls.ts";
import { contentOf } from "./content.ts";
import { correctedServer, fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound, killedAtEach } from "./kills.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const ROLLBACK = ["rollback", "vietnam/prod_mart", "--partition", "2024-03-02"];
const KILLS = 10;

Deno.test("a rollback killed at any call is done or not done, and whole", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  await using first = fixedServer();
  await using begun = await Place.make(first.env);
  await assertRuns(begun, MATERIALIZE, "at first");
  await using server = await correctedServer();
  await using corrected = await begun.copy(server.env);
  await assertRuns(corrected, [...MATERIALIZE, "--force"], "corrected");
  const before = await contentOf(corrected);
  await using back = await corrected.copy();
  const calls = (await trace.calls(back, ROLLBACK)).filter(isRepeatable);
  const after = await contentOf(back);

  await killedAtEach(
    { trace, lake: corrected, choices: [{ wanted: KILLS, among: calls }], random, command: ROLLBACK },
    async (place, told) => {
      await assertRuns(place, MATERIALIZE, told);
      if ((await contentOf(place)).prod === before.prod) {
        assertEquals(await contentOf(place), before, told);
        await assertRuns(place, ROLLBACK, told);
      }
      assertEquals(await contentOf(place), after, told);
      await assertSound(place, told);
    },
  );
});
