import { assert, assertEquals } from "@std/assert";
import { contentOf, filesBelow } from "./content.ts";
import { anotherValue, type Damage, damages } from "./damage.ts";
import { correctedServer, fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns, assertSound } from "./kills.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const CHECK = ["check", ...RANGE];

/** Published files of every kind. */
const published: Readonly<Record<string, RegExp>> = {
  "a raw hour": /aq_raw_prod\/.*month=03\/day=02\/hour=07\//,
  "a development day": /aq_dev\/marts\/.*2024-03-02/,
  "a production day": /aq_prod\/marts\/.*2024-03-02/,
  locations: /reference\/vietnam\/locations\.json$/,
  stations: /reference\/vietnam\/stations\.json$/,
  "a table": /_catalog\/prod_db\/vietnam\.json$/,
  "a view": /_catalog\/aq_prod\/city_by_hour\.json$/,
};

/** Damage that every kind of file is tried with. */
const COMMON = ["a flipped bit", "deletion"];

Deno.test("every kind of damage to every kind of published file is named by check and mended by materialize", async () => {
  await using made = await madeTwice();
  const { lake } = made;
  const content = await contentOf(lake);
  const cases = Object.entries(published).flatMap(([kind, where]) =>
    [...Object.entries(damages), ["another value", anotherValue] as const]
      .filter(([what]) => COMMON.includes(what) || kind === "a raw hour" || kind === "a production day")
      .filter(([, damage]) => damage !== anotherValue || kind === "a raw hour")
      .map(([what, damage]) => ({ told: `${what} of ${kind}`, where, damage }))
  );
  await live(cases, async ({ told, where, damage }) => {
    await using place = await lake.copy();
    const path = await damaged(place, where, damage);
    const checked = await place.run(CHECK);
    assertEquals(checked.code, 1, told);
    assert(checked.errors.some((line) => line.includes(path)), `${told}: ${checked.stderr}`);
    const causes = (await place.ask(["plan", ...RANGE])).steps.flatMap((
      step: { causes: { kind: string }[] },
    ) => step.causes.map(({ kind }) => kind));
    assert(causes.includes("damaged"), `${told}: ${causes}`);

    await assertRuns(place, MATERIALIZE, told);
    // Of a raw hour whose file is lost, older answers go that were corrected since.
    const { raw } = where === published["a raw hour"] ? content : await contentOf(place);
    assertEquals({ ...await contentOf(place), raw }, content, told);
    await assertSound(place, told);
    assertEquals((await place.run(CHECK)).code, 0, told);
  });
});

Deno.test("a pipe in the place of a table's file is damage: nothing waits for what it never says", async () => {
  await using made = await madeTwice();
  const content = await contentOf(made.lake);
  for (const kind of ["a development day", "a production day"] as const) {
    await using place = await made.lake.copy();
    const path = fileAt(place, published[kind]!);
    await Deno.remove(path);
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const checked = await place.run(CHECK);
    assertEquals(checked.code, 1, kind);
    assert(
      checked.errors.some((line) => line.includes(path.slice(place.lake.length + 1))),
      `${kind}: ${checked.stderr}`,
    );
    await assertRuns(place, MATERIALIZE, kind);
    assertEquals(await contentOf(place), content, kind);
    assertEquals((await place.run(CHECK)).code, 0, kind);
  }
});

Deno.test("what nobody has checked yet is not built upon", async () => {
  await using made = await madeTwice({ later: "2024-04-20" });
  const { lake } = made;
  // Nobody reads a damaged hour, so its table is left out.
  const content = await contentOf(lake, { without: ["raw"] });
  const renamed: Damage = (bytes) =>
    new TextEncoder().encode(new TextDecoder().decode(bytes).replace("Ha", "Hu"));
  const cases = [
    { told: "another value of a raw hour", where: published["a raw hour"]!, damage: anotherValue },
    { told: "another name of a station", where: published.stations!, damage: renamed },
    { told: "another name of a location", where: published.locations!, damage: renamed },
  ];
  await live(cases, async ({ told, where, damage }) => {
    await using place = await lake.copy();
    const path = await damaged(place, where, damage);
    const forced = await place.run([
      "materialize",
      "vietnam/stations",
      "vietnam/dev_mart",
      "vietnam/prod_mart",
      ...RANGE,
      "--force",
    ]);
    assertEquals(await contentOf(place, { without: ["raw"] }), content, told);
    if (forced.code !== 0) {
      const named = (line: string) => line.includes(path) || /which is damaged/.test(line);
      assert(forced.errors.some(named), `${told}: ${forced.stderr}`);
    } else await place.run(CHECK); // marks what nobody has read
    await assertRuns(place, MATERIALIZE, told);
    assertEquals(await contentOf(place, { without: ["raw"] }), content, told);
    await assertSound(place, told);
  });
});

Deno.test("a damaged version before is not rolled back to, and what stands stays", async () => {
  await using made = await madeTwice();
  const { lake } = made;
  const content = await contentOf(lake);
  await live(Object.entries(damages), async ([told, damage]) => {
    await using place = await lake.copy();
    await damaged(place, /aq_prod\/_versions\/.*2024-03-02/, damage);
    const { code, errors } = await place.run(["rollback", "vietnam/prod_mart", "--partition", "2024-03-02"]);
    assertEquals([code, errors.length], [1, 1], told);
    assertEquals(await contentOf(place), content, told);
    await assertSound(place, told);
  });
});

/** Damages one file. @returns Its path below the lake. */
async function damaged(place: Place, where: RegExp, damage: Damage): Promise<string> {
  const path = fileAt(place, where);
  const bytes = damage(await Deno.readFile(path));
  if (bytes === undefined) await Deno.remove(path);
  else await Deno.writeFile(path, bytes);
  return path.slice(place.lake.length + 1);
}

/** The last file that is named so. */
function fileAt(place: Place, where: RegExp): string {
  const path = [...filesBelow(place.lake)].sort().findLast((path) => where.test(path));
  if (path === undefined) throw new Error(`found no file like ${where}`);
  return path;
}

/**
 * A lake made, then made again after a correction, so that there are versions before; and then the days of April up
 * to `later`, so that the others are not what was published last.
 */
async function madeTwice({ later = "2024-04-01" } = {}) {
  const stack = new AsyncDisposableStack();
  await using first = fixedServer();
  await using begun = await Place.make(first.env);
  await assertRuns(begun, MATERIALIZE, "at first");
  const server = stack.use(await correctedServer());
  const lake = stack.use(await begun.copy(server.env));
  await assertRuns(lake, [...MATERIALIZE, "--force"], "corrected");
  await assertRuns(lake, ["materialize", "--from", "2024-04-01", "--to", later], "later days");
  return { lake, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
