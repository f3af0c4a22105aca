import { assert, assertEquals } from "@std/assert";
import { chosenOf, isPublication, type Moments, momentsOf } from "./calls.ts";
import { contentOf } from "./content.ts";
import { correctedServer, fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound } from "./kills.ts";
import { liveUntilMet } from "./lives.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const AGAIN = [...MATERIALIZE, "--force"];
/** At how many of the calls of each moment the disk is full. */
const FULL: Readonly<Record<keyof Moments, number>> = { intended: 3, publishing: 8, published: 4, other: 7 };

const trace = await tracer();
if (trace.filling === undefined) {
  console.log("a disk that is full at one call is left out: strace is not there");
}

Deno.test({
  name:
    "a disk that is full at any call of a rebuild: lines say so, all stands that was, and the same again completes",
  ignore: trace.filling === undefined,
  async fn() {
    const random = seeded(chosenSeed());
    await using first = fixedServer();
    await using begun = await Place.make(first.env);
    await assertRuns(begun, MATERIALIZE, "at first");
    await using server = await correctedServer();
    await using undisturbed = await begun.copy(server.env);
    const moments = momentsOf(await trace.calls(undisturbed, AGAIN));
    const content = await contentOf(undisturbed);
    const choices = chosenOf(moments, FULL).map(({ wanted, among }) => ({
      wanted,
      among: among.flatMap((call) => [{ call, lasting: false }, { call, lasting: true }]),
    }));
    await liveUntilMet(choices, random, async ({ call, lasting }) => {
      await using place = await begun.copy(server.env);
      const { met, ...full } = trace.filling!(place, call, lasting);
      const { code, errors, stderr } = await place.run(AGAIN, full);
      const isMet = await met();
      const told = `${call.name} ${call.nth} of "${call.path}"${
        lasting ? " and after" : ""
      }: ${code} ${stderr}`;
      // What finds no room once is tried again with half of the others.
      if (isMet && lasting && isPublication(call)) assertEquals(code, 1, told);
      if (code === 0) assertEquals(await contentOf(place), content, told);
      else {
        assertEquals(code, 1, told);
        const said = errors.filter((line) => /no room|disk|free space/.test(line));
        assert(said.length > 0, told);
        for (const line of errors) assert(said.includes(line) || / needs .*, which /.test(line), told);
      }
      await assertRuns(place, MATERIALIZE, told);
      await assertSound(place, told);
      await assertRuns(place, AGAIN, told);
      assertEquals(await contentOf(place), content, told);
      await assertSound(place, told);
      return isMet;
    });
  },
});
