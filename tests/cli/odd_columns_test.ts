import { assertEquals } from "@std/assert";
import { OwnTables } from "./own_tables.ts";

const DECLARED = `
  const table = lake.tableAsset({
    key: "own/table",
    sources,
    table: {
      contract: {
        columns: [required("one", "int32"), required("height", "float64", { limits: [0, 9] })],
        partitionColumns: [],
        sort: ["one"],
      },
      folder: "own_db/table",
    },
    program: "marts/own",
    inputs: () => ({ row }),
    partition: "all",
    written: "usable",
    counts: ["refused"],
  });
  return { assets: [table], databases: ["own_db"] };
`;

/** Statements by what the one line says of them. */
const ODD: readonly (readonly [statement: string, says: string])[] = [
  [
    "SELECT one, 1.5::DOUBLE AS high, 'all' AS \"all\", true AS usable, 0 AS refused FROM row",
    'running "marts/own": found columns "one", "high", "all", "usable", "refused", wanted "height", too',
  ],
  [
    "SELECT 1.5::DOUBLE AS height, 0 AS refused FROM row",
    'running "marts/own": found columns "height", "refused", wanted "all", "one", "usable", too',
  ],
  [
    "SELECT one, '1.5' AS height, 'all' AS \"all\", true AS usable, 0 AS refused FROM row",
    "its column 2 is height utf8, wanted height float64",
  ],
  [
    "SELECT one, 1.5::DOUBLE AS height,\n  'all' AS \"all\", nothing FROM row",
    'running "marts/own", line 2: referenced column "nothing" not found in FROM clause, wanted one of its inputs: ' +
    "row (one)",
  ],
];

Deno.test("a statement that answers other columns than its table's fails in one line that names them", async () => {
  for (const [statement, says] of ODD) {
    await using own = await OwnTables.open(DECLARED, { own: statement });
    const { code, stderr } = await own.run("materialize");
    assertEquals([code, stderr], [1, `own/table: ${says}\n`]);
  }
  const whole = "SELECT ONE, 1.5::DOUBLE AS height, 'all' AS \"all\", true AS usable, 0 AS refused FROM row";
  await using own = await OwnTables.open(DECLARED, { own: whole });
  const { code, stderr } = await own.run("materialize");
  assertEquals([code, stderr], [0, ""]);
});
