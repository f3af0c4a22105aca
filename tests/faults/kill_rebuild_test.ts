import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { isRepeatable, momentsOf } from "./calls.ts";
import { contentOf } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound, killAt, killedAtEach, toldOf } from "./kills.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded, spread } from "./random.ts";
import { tracer } from "./tracer.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const REBUILD = ["state", "rebuild"];
const KILLS = 12;

const loseState = async ({ state }: Place) => await Deno.remove(dirname(state), { recursive: true });

Deno.test("whatever a killed run left half-published, a rebuild and the same command come to the same lake", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  await using server = fixedServer();
  await using made = await Place.make(server.env);
  await assertRuns(made, ["materialize", "vietnam/locations"], "at first");
  await using undisturbed = await made.copy();
  const moments = momentsOf(await trace.calls(undisturbed, MATERIALIZE));
  const content = await contentOf(undisturbed);
  const calls = [
    ...spread(moments.intended, 3, random),
    ...spread(moments.publishing, 6, random),
    ...spread(moments.published, 3, random),
  ];
  let killed = 0;
  await live(calls, async (call) => {
    await using place = await made.copy();
    const ended = await killAt(trace, place, { command: MATERIALIZE, call });
    if (ended.signal === "SIGKILL") killed++;
    const told = toldOf(ended, call);
    await loseState(place);
    await assertRuns(place, REBUILD, told);
    await assertRuns(place, MATERIALIZE, told);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
    assertEquals(await place.ask(["plan", ...RANGE]), { steps: [] }, told);
  });
  assert(killed >= 0.8 * calls.length, `${killed} of ${calls.length} were killed`);
});

for (const what of ["lost", "whole"]) {
  Deno.test(`a rebuild over a ${what} state, killed at any call, is done by the next`, async () => {
    const random = seeded(chosenSeed());
    const trace = await tracer();
    await using server = fixedServer();
    await using made = await Place.make(server.env);
    await assertRuns(made, MATERIALIZE, "at first");
    const content = await contentOf(made);
    if (what === "lost") await loseState(made);
    const rebuild = what === "lost" ? REBUILD : [...REBUILD, "--force"];
    await using rebuilt = await made.copy();
    const calls = await trace.calls(rebuilt, rebuild);
    const repeatable = calls.filter((call) => isRepeatable(call) && !call.path.includes(".before-"));

    await killedAtEach(
      { trace, lake: made, choices: [{ wanted: KILLS, among: repeatable }], random, command: rebuild },
      async (place, told) => {
        // Unless it was done but for the last step.
        const again = await place.run(rebuild);
        if (again.code !== 0) assert(/found a whole one/.test(again.stderr), `${told}: ${again.stderr}`);
        const { json } = await assertRuns(place, [...MATERIALIZE, "--json"], told);
        // What answers is looked at, and locations may be due.
        assert(json.requests <= 2, `${told}: ${json.requests} requests, though the lake holds all`);
        assertEquals(await contentOf(place), content, told);
        await assertSound(place, told);
        const left = [...Deno.readDirSync(dirname(place.state))].map(({ name }) => name);
        assertEquals(left.filter((name) => /\.new|\.replacing|\.part/.test(name)), [], told);
      },
    );
  });
}
