import { assertEquals } from "@std/assert";
import { OwnTables } from "../../cli/own_tables.ts";

const table = (contract: string, more = "") => `
const contract = {
  columns: [required("a", "int32"), optional("b", "utf8")], partitionColumns: [required("day", "utf8")], key: ["a"],
  ...${contract},
};
const table = lake.tableAsset({
  key: "own/table", sources, partitions: daily({ start: "2024-01-01" }), table: { contract, folder: "own_db/table" },
  program: "marts/table", inputs: () => ({}), partition: "day", ${more}
});
return { assets: [table], databases: ["own_db"] };`;

const FAULTS: readonly (readonly [string, string, string?])[] = [
  ["found no columns, wanted some", `{ columns: [] }`],
  [
    'found the type "int33" of the column "a", wanted one of bool, int32, int64, float64, utf8, date32, timestamp',
    `{ columns: [required("a", "int33")] }`,
  ],
  [
    'found two columns "a", wanted one of each name',
    `{ columns: [required("a", "int32"), optional("a", "utf8")] }`,
  ],
  ["found undefined as partitionColumns in its contract, wanted a list", `{ partitionColumns: undefined }`],
  [
    'found the limits 9 and 0 of the column "a", wanted the least value first',
    `{ columns: [required("a", "int32", { limits: [9, 0] })] }`,
  ],
  ["found a key of no columns, wanted some, or no key", `{ key: [] }`],
  ['found "c" in its key, wanted one of its columns', `{ key: ["a", "c"] }`],
  ['found "day" in its sort, wanted one of its columns', `{ sort: ["day"] }`],
  [
    "found 2 partition columns and no path, wanted 1, or a path with a value for each",
    `{ partitionColumns: [required("day", "utf8"), required("zone", "utf8")] }`,
  ],
  [
    "found 0 partition columns and no path, wanted 1, or a path with a value for each",
    `{ partitionColumns: [] }`,
  ],
  [
    "found a path of year, month, wanted one of day, its partition columns",
    `{}`,
    'table: { contract, folder: "own_db/table", path: (key) => ({ year: key.slice(0, 4), month: key.slice(5, 7) }) },',
  ],
  [
    "found a path of no columns, wanted one of day, its partition columns",
    `{}`,
    'table: { contract, folder: "own_db/table", path: () => ({}) },',
  ],
  [
    'found "" as day in a path, wanted a text without "/" and "%"',
    `{}`,
    'table: { contract, folder: "own_db/table", path: () => ({ day: undefined }) },',
  ],
  [
    'found "2024/01/01" as day in a path, wanted a text without "/" and "%"',
    `{}`,
    'table: { contract, folder: "own_db/table", path: (key) => ({ day: key.replaceAll("-", "/") }) },',
  ],
  [
    `found the gate's input "dev", wanted one of its dependencies`,
    `{}`,
    `gate: { input: "dev", told: "development" },`,
  ],
  [
    "found a gate and a contract without a key, wanted one",
    `{ key: undefined }`,
    `deps: { dev: from(lake.define.external({ key: "own/dev", partitions: daily({ start: "2024-01-01" }) }), identity) },
    gate: { input: "dev", told: "development" },`,
  ],
];

for (const [fault, contract, more] of FAULTS) {
  Deno.test(`a table is refused when it is declared: ${fault}`, async () => {
    await using own = await OwnTables.open(table(contract, more), {});
    const { code, stderr } = await own.run("plan");
    assertEquals([code, stderr], [2, `declaring the table "own/table": ${fault}\n`]);
  });
}

Deno.test("a statement that reads nothing is a table, too", async () => {
  const programs = { table: "SELECT 1::INTEGER AS a, 'x' AS b, '2024-01-01' AS day" };
  await using own = await OwnTables.open(table("{}"), programs);
  const made = await own.run("materialize", "--partition", "2024-01-01", "own/table");
  assertEquals(made.code, 0, made.shown);
});
