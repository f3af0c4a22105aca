import { assert, assertEquals, assertMatch } from "@std/assert";
import { contentOf } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { Gate } from "./gate.ts";
import { assertRuns, assertSound } from "./kills.ts";
import { Place } from "./place.ts";
import { until } from "./until.ts";

const MATERIALIZE = ["materialize", ...RANGE];

for (const what of ["state", "lake"] as const) {
  Deno.test(`a ${what} that is moved away under a run is no success, and once it is back nothing is lost`, async () => {
    await using calm = fixedServer();
    await using undisturbed = await Place.make(calm.env);
    await assertRuns(undisturbed, MATERIALIZE, "undisturbed");

    await using server = fixedServer();
    await using place = await Place.make(server.env);
    const [path, away] = [place[what], `${place[what]}-away`];
    const gate = new Gate(server, 20);
    const program = place.start(MATERIALIZE);
    await until("a request that is held", () => gate.held > 0 || program.over);
    await Deno.rename(path, away);
    gate.open();
    const { code, errors, stderr } = await program.ended;
    assertEquals(code, 1, stderr);
    assert(
      errors.some((line) => line.includes(`"${path}" was moved, removed or replaced meanwhile`)),
      stderr,
    );
    assertEquals(await isThere(path), false, "nothing is made in its place");

    const { code: refused, errors: [line = ""] } = await place.run(MATERIALIZE);
    assertEquals(refused, 2);
    assertMatch(line, what === "state" ? /was made with another state/ : /made with a lake that is not at/);
    assertEquals(await isThere(path), false, "nothing is made in its place");

    await Deno.rename(away, path);
    await assertRuns(place, MATERIALIZE, "once it is back");
    const [{ "vietnam/locations": _, ...found }, { "vietnam/locations": __, ...wanted }] = [
      await contentOf(place),
      await contentOf(undisturbed),
    ];
    assertEquals(found, wanted);
    await assertSound(place, "once it is back");
  });
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
