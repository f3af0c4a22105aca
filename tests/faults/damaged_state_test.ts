import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { momentsOf } from "./calls.ts";
import { contentOf, filesBelow } from "./content.ts";
import { damages, flipped } from "./damage.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { Gate } from "./gate.ts";
import { assertRuns, assertSound, killAt } from "./kills.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";
import { until } from "./until.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const FLIPS = 6;

Deno.test("a damaged state or identity is named in one line, and the lake stays until it is put back", async () => {
  await using server = fixedServer();
  await using made = await Place.make(server.env);
  await assertRuns(made, MATERIALIZE, "at first");
  const content = await contentOf(made);
  const cases = Object.entries(damages).flatMap(([what, damage]) => [
    { told: `${what} of the state`, damage, at: (place: Place) => place.state },
    { told: `${what} of the identity`, damage, at: ({ lake }: Place) => `${lake}/_airgraph.json` },
  ]).filter(({ told }) => told !== "a flipped bit of the state"); // SQLite cannot know it of every bit
  await live(cases, async ({ told, damage, at }) => {
    await using place = await made.copy();
    const path = at(place);
    const whole = await Deno.readFile(path);
    const bytes = damage(whole);
    if (bytes === undefined) await Deno.remove(path);
    else await Deno.writeFile(path, bytes);
    const files = [...filesBelow(place.lake)];
    for (const command of [["status"], MATERIALIZE]) {
      const { code, errors, stderr } = await place.run(command);
      assertNotEquals(code, 0, told);
      assertEquals(errors.length, 1, `${told}: ${stderr}`);
      assert(errors[0]!.includes(path) || errors[0]!.includes(place.state), `${told}: ${stderr}`);
    }
    assertEquals([...filesBelow(place.lake)], files, told);
    await Deno.remove(place.state).catch(() => {});
    if (path !== place.state) await Deno.copyFile(made.state, place.state);
    await Deno.writeFile(path, whole);
    await assertRuns(place, MATERIALIZE, told);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
  });
});

Deno.test("a flipped bit of what the state holds names the state, and one anywhere never gives other rows", async () => {
  const random = seeded(chosenSeed());
  await using server = fixedServer();
  await using made = await Place.make(server.env);
  await assertRuns(made, MATERIALIZE, "at first");
  const { dev, prod } = await contentOf(made);
  const whole = await Deno.readFile(made.state);
  const text = new TextDecoder("latin1").decode(whole);
  const held = ['"path":', '"severity":', '"checks":'].map((json) => text.lastIndexOf(json) * 8);
  const anywhere = Array.from({ length: FLIPS }, () => Math.floor(random() * whole.length * 8));
  await live([...held, ...anywhere], async (bit) => {
    await using place = await made.copy();
    await Deno.writeFile(place.state, flipped(whole, bit));
    const { code, errors, stderr } = await place.run([...MATERIALIZE, "--force"]);
    const told = `bit ${bit}: ${code} ${stderr}`;
    if (held.includes(bit)) {
      assertEquals(code, 1, told);
      assert(errors.some((line) => line.includes(place.state)), told);
    } else if (code === 0) {
      const content = await contentOf(place);
      assertEquals({ dev: content.dev, prod: content.prod }, { dev, prod }, told);
    } else assert(errors.length > 0, told);
  });
});

Deno.test("a damaged write-ahead log is an earlier state: the same command comes to the same lake", async () => {
  await using server = fixedServer();
  await using begun = await Place.make(server.env);
  await assertRuns(begun, ["materialize", "--from", "2024-03-02", "--to", "2024-03-02"], "a day");
  await using undisturbed = await begun.copy();
  const trace = await tracer();
  const { published } = momentsOf(await trace.calls(undisturbed, MATERIALIZE));
  const content = await contentOf(undisturbed);
  await using killed = await begun.copy();
  await killAt(trace, killed, { command: MATERIALIZE, call: published.at(-1)! });
  const log = await Deno.readFile(`${killed.state}-wal`);
  assert(log.length > 0);
  await live(Object.entries(damages), async ([told, damage]) => {
    await using place = await killed.copy();
    const bytes = damage(log);
    if (bytes === undefined) await Deno.remove(`${place.state}-wal`);
    else await Deno.writeFile(`${place.state}-wal`, bytes);
    await assertRuns(place, MATERIALIZE, told);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
  });
});

Deno.test("damaged answers that a killed run left are asked for again", async () => {
  await using calm = fixedServer();
  await using undisturbed = await Place.make(calm.env);
  await assertRuns(undisturbed, MATERIALIZE, "undisturbed");
  const content = await contentOf(undisturbed);
  await live(Object.entries(damages), async ([told, damage]) => {
    await using server = fixedServer();
    await using place = await Place.make(server.env);
    const answers = () => [...filesBelow(`${place.lake}/_staging/answers`)];
    const gate = new Gate(server, 40);
    const program = place.start(MATERIALIZE);
    await until("answers that are kept", () => gate.held > 0 && answers().length > 5 || program.over);
    assert(program.signal("SIGKILL"), "it ended before");
    await program.ended;
    gate.open();
    for (const path of answers()) {
      const bytes = damage(await Deno.readFile(path));
      if (bytes === undefined) await Deno.remove(path);
      else await Deno.writeFile(path, bytes);
    }
    await assertRuns(place, MATERIALIZE, told);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
  });
});
