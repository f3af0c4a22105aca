import { assertEquals } from "@std/assert";
import { gzip, row, usual } from "../cli/dump_folder.ts";
import { chosenOf, momentsOf } from "./calls.ts";
import { contentOf } from "./content.ts";
import { assertRuns, assertSound, killedAtEach } from "./kills.ts";
import { Place } from "./place.ts";
import { chosenSeed, seeded } from "./random.ts";
import { tracer } from "./tracer.ts";

const DAYS = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"] as const;
const COMMAND = ["materialize"];
/** How many lives are killed at each of the moments. */
const KILLS = { intended: 3, publishing: 6, published: 3, other: 6 } as const;
const TABLES = Object.fromEntries(
  ["openaq_data", "openaq_incoherent_data", "iso_countries_data", "openaq_and_iso_countries_data", "query_2"]
    .map((name) => [name, `SELECT * FROM openaq_db.${name} ORDER BY ALL`]),
);

Deno.test("the dump's run, killed at any call: the same command again comes to what an undisturbed run makes", async () => {
  const random = seeded(chosenSeed());
  const trace = await tracer();
  // Made once, then a day is changed, one comes and one goes: the killed run replaces files, too.
  await using lake = await Place.make({ PIPELINES: "dump", DUMP_URL: "data" });
  const at = (name: string) => `${lake.folder}/data/${name}`;
  await Deno.mkdir(at(""));
  const [first, second, third, fourth] = DAYS;
  for (const day of [first, second, third]) await Deno.writeTextFile(at(`${day}.csv`), usual(day));
  await assertRuns(lake, COMMAND, "made");
  await Deno.writeTextFile(
    at(`${second}.csv`),
    usual(second) + row(second, "New") + row(second, "New", "o3"),
  );
  await Deno.writeFile(at(`${fourth}.csv.gz`), await gzip(usual(fourth)));
  await Deno.remove(at(`${third}.csv`));

  await using undisturbed = await lake.copy();
  const calls = momentsOf(await trace.calls(undisturbed, COMMAND));
  const content = await contentOf(undisturbed, { tables: TABLES });
  const choices = chosenOf(calls, KILLS);
  await killedAtEach({ trace, lake, choices, random, command: COMMAND }, async (place, told) => {
    await assertRuns(place, COMMAND, told);
    assertEquals(await contentOf(place, { tables: TABLES }), content, told);
    await assertSound(place, told);
    assertEquals((await assertRuns(place, [...COMMAND, "--json"], told)).json.status, "nothing_to_do", told);
    await assertRuns(place, ["status", "--check"], told);
  });
});
