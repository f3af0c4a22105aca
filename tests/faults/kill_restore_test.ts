import { assert, assertEquals } from "@std/assert";
import { isRepeatable } from "./calls.ts";
import { contentOf } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound, killedAtEach } from "./kills.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const COPY = "copy.bak";
const KILLS = 12;

for (const [what, damage] of [["whole", undefined], ["damaged", "rubbish ".repeat(999)]] as const) {
  Deno.test(`a restore over a ${what} state, killed at any call, leaves the old state or the new one`, async () => {
    const random = seeded(chosenSeed());
    const trace = await tracer();
    await using server = fixedServer();
    await using made = await Place.make(server.env);
    await assertRuns(made, MATERIALIZE, "at first");
    await assertRuns(made, ["state", "backup", COPY], "a copy");
    await assertRuns(made, [...MATERIALIZE, "--force"], "a later run");
    if (damage !== undefined) await Deno.writeTextFile(made.state, damage);
    const restore = ["state", "restore", COPY];
    await using restored = await made.copy();
    const calls = await trace.calls(restored, restore);
    const content = await contentOf(restored);
    const repeatable = calls.filter((call) => isRepeatable(call) && !call.path.includes(".before-"));

    await killedAtEach(
      { trace, lake: made, choices: [{ wanted: KILLS, among: repeatable }], random, command: restore },
      async (place, told) => {
        const before = damage !== undefined &&
          await Deno.readTextFile(place.state).catch(() => "") === damage;
        if (!before) assert([1, 2].includes((await place.ask(["runs"])).length), told);
        await assertRuns(place, restore, told);
        assertEquals((await place.ask(["runs"])).length, 1, told);
        assertEquals(await contentOf(place), content, told);
        await assertRuns(place, MATERIALIZE, told);
        await assertSound(place, told);
        const left = [...Deno.readDirSync(`${place.folder}/state`)].map(({ name }) => name);
        assertEquals(left.filter((name) => /\.new|\.replacing|\.part/.test(name)), [], told);
      },
    );
  });
}

for (const when of ["while others write", "killed"]) {
  Deno.test(`a copy made ${when} is a whole state`, async () => {
    const random = seeded(chosenSeed());
    const trace = await tracer();
    await using server = fixedServer();
    await using made = await Place.make(server.env);
    await assertRuns(made, MATERIALIZE, "at first");
    const backup = ["state", "backup", COPY];
    if (when === "killed") {
      await using copied = await made.copy();
      const calls = (await trace.calls(copied, backup)).filter(isRepeatable);
      const choices = [{ wanted: calls.length, among: calls }];
      await killedAtEach({ trace, lake: made, choices, random, command: backup }, async (place, told) => {
        const isThere = await Deno.stat(`${place.folder}/${COPY}`).then(() => true, () => false);
        if (!isThere) await assertRuns(place, backup, told);
        await assertRuns(place, ["state", "restore", COPY], told);
        await assertRuns(place, MATERIALIZE, told);
        await assertSound(place, told);
      });
      return;
    }
    const writing = made.start([...MATERIALIZE, "--force"]);
    let copies = 0;
    while (!writing.over) await assertRuns(made, ["state", "backup", `${copies++}.bak`], "while it writes");
    assertEquals((await writing.ended).code, 0);
    for (let i = 0; i < copies; i++) {
      await assertRuns(made, ["state", "restore", `${i}.bak`], `copy ${i}`);
      await assertRuns(made, MATERIALIZE, `copy ${i}`);
      await assertSound(made, `copy ${i} of ${copies}`);
    }
  });
}
