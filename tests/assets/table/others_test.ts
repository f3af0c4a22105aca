import { assertEquals } from "@std/assert";
import { OwnTables } from "../../cli/own_tables.ts";

/** Two days of a table whose program answers what its statement does. */
const table = (more: string) => `
const contract = { columns: [required("a", "int32")], partitionColumns: [required("day", "utf8")] };
const table = lake.tableAsset({
  key: "own/table", sources, partitions: daily({ start: "2024-01-01" }), batch: { most: 2 },
  table: { contract, folder: "own_db/table" }, program: "marts/table", inputs: () => ({ row }), partition: "day", ${more}
});
return { assets: [table], databases: ["own_db"] };`;

const DAYS = ["--from", "2024-01-01", "--to", "2024-01-02"];
const answer = (...rows: readonly string[]) =>
  `SELECT a::INTEGER AS a, day FROM row, (VALUES ${rows.join(", ")}) AS t(a, day)`;
const ASKED = ["(1, '2024-01-01')", "(2, '2024-01-02')"];

const ANSWERS: readonly (readonly [string, readonly string[], string])[] = [
  ["another day", ["(3, '2024-01-03')", "(4, '2024-01-03')"], '2 rows of partition "2024-01-03"'],
  ["no day", ["(3, NULL)"], "1 rows of partition null"],
  ["what is no day", ["(3, 'x')", "(4, NULL)"], '2 rows of partition "x" and others'],
];

for (const [what, others, found] of ANSWERS) {
  Deno.test(`rows of ${what} fail what was asked for, unless the table says that its program answers others`, async () => {
    const programs = { table: answer(...ASKED, ...others) };
    await using own = await OwnTables.open(table(""), programs);
    const made = await own.run("materialize", ...DAYS);
    assertEquals([made.code, made.stderr], [
      1,
      `own/table 2024-01-01 … 2024-01-02: running "marts/table": found ${found}, wanted none but of those asked for\n`,
    ]);

    await using lenient = await OwnTables.open(table("answersOthers: true"), programs);
    const { code, json } = await lenient.run("materialize", ...DAYS, "--json");
    assertEquals([code, json.assets[0].rows], [0, 2]);
  });
}

Deno.test("a statement that DuckDB refuses is told with its line", async () => {
  for (
    const [statement, says] of [
      ["\n-- Days.\nSELECT 1::INTEGER AS a,\n  at::DATE AS day", ', line 4: syntax error at or near "::"'],
      [
        "SELECT 1::INTEGER AS a,\n  '2024-01-01' AS day\nFROM row, nowhere;\n",
        ", line 3: table with name nowhere does not exist, wanted one of its inputs: row",
      ],
      [
        "SELECT 1::INTEGER AS a, '2024-01-01' AS date FROM row",
        ': found columns "a", "date", wanted "day", too',
      ],
    ] as const
  ) {
    await using own = await OwnTables.open(table(""), { table: statement });
    const { code, stderr } = await own.run("materialize", "own/table", "--partition", "2024-01-01");
    assertEquals([code, stderr], [
      1,
      `own/table 2024-01-01: running "marts/table"${says}\n`,
    ]);
  }
});

Deno.test("a table's statement is among its sources once, whether or not its author names it, too", async () => {
  const named = 'sources: [...sources, sourceFile("sql/marts/table.sql")]';
  await using own = await OwnTables.open(table("").replace("sources,", `${named},`), {
    table: answer(...ASKED),
  });
  const { code, json, stderr } = await own.run("show", "own/table", "--json");
  assertEquals([code, json.sources, stderr], [0, ["sql/marts/table.sql", "own.ts"], ""]);
});
