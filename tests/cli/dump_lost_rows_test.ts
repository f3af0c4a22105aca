import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { row, usual } from "./dump_folder.ts";
import { ProjectFolder } from "./project.ts";

const DAY = "2024-01-01";

/** Faults of the statement that sorts rows, each beside what is said of it. */
const FAULTS = [
  [
    "FROM judged\n",
    "FROM judged WHERE coalesce(parameter, '') <> 'o3'",
    "its file has 6 lines, of which 5 are in records",
  ],
  ["FROM lines\n", "FROM lines WHERE unparsed IS NULL\n", "its file has 6 lines, of which 5 are in records"],
  [
    "FROM judged\n",
    "FROM judged, (VALUES (1), (2)) AS twice(n) WHERE n = 1 OR number < 0",
    "of which 7 are in records",
  ],
  ["reason IS NOT NULL AS refused,", "reason = 'value' AS refused,", "it has 1 rows, wanted 4"],
] as const;

Deno.test("rows that the statement loses, doubles or forgets to write are found before anything is published", async () => {
  await using project = await ProjectFolder.open();
  await Deno.mkdir(join(project.root, "data"));
  await Deno.writeTextFile(join(project.root, ".env"), "PIPELINES=dump\nDUMP_URL=data\n");
  await Deno.writeTextFile(
    join(project.root, "data", `${DAY}.csv`),
    `${usual(DAY)}${row(DAY, "Pier", "o3")}Pier,Bergen\n`,
  );
  const path = join(project.root, "sql", "marts", "dump.sql");
  const statement = await Deno.readTextFile(path);
  for (const [right, wrong, says] of FAULTS) {
    assertEquals(statement.split(right).length, 2, right);
    await Deno.writeTextFile(path, statement.replace(right, wrong));
    const { code, stderr } = await project.run("materialize", "dump/openaq_incoherent_data");
    assertEquals([wrong, code, stderr.includes(says)], [wrong, 1, true], stderr);
    assertEquals(await there(join(project.lake, "openaq_db", "openaq_incoherent_data")), false, wrong);
  }
  await Deno.writeTextFile(path, statement);
  const { code, stderr } = await project.run("materialize");
  assertEquals([code, stderr], [0, ""]);
});

async function there(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
