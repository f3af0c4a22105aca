import { assertEquals, assertMatch } from "@std/assert";
import { OwnTables } from "../../cli/own_tables.ts";

const HEAD = `
const contract = {
  columns: [required("a", "int32"), optional("b", "utf8")], partitionColumns: [required("day", "utf8")],
};
const days = daily({ start: "2024-01-01" });
`;

const TABLE = `${HEAD}
const table = lake.tableAsset({
  key: "own/table", sources, partitions: days, table: { contract, folder: "own_db/table" },
  program: "marts/table", inputs: () => ({}), partition: "day",
});
`;

const PROGRAMS = { table: "SELECT 1::INTEGER AS a, 'x' AS b, '2024-01-01' AS day" };
const DAY = ["--partition", "2024-01-01"];

/** A group whose catalog shows an asset in the tables of these declarations. */
function catalog(shown: string, tables: string): string {
  return `${shown}
    const catalog = lake.catalogAsset({ key: "own/catalog", shows: [table], tables: ${tables} });
    return { assets: [table, catalog], databases: ["own_db"] };`;
}

const DECLARED: readonly (readonly [string, string])[] = [
  [
    'own_db.table: found the column 2 missing, wanted "b" utf8 as in own/table',
    `[lake.tableDefinition({ ...contract, columns: contract.columns.slice(0, 1) }, { database: "own_db", name: "table" })]`,
  ],
  [
    'own_db.table: found the column 1 "a" int64 never null, wanted "a" int32 never null as in own/table',
    `[lake.tableDefinition(
      { ...contract, columns: [required("a", "int64"), optional("b", "utf8")] }, { database: "own_db", name: "table" }
    )]`,
  ],
  [
    'own_db.table: found the partition column 1 missing, wanted "day" utf8 never null as in own/table',
    `[lake.tableDefinition({ ...contract, partitionColumns: [] }, { database: "own_db", name: "table" })]`,
  ],
  [
    'own_db.other: found the location "own_db/other", wanted the folder of a table that is shown: "own_db/table"',
    `[lake.tableDefinition(contract, { database: "own_db", name: "other" })]`,
  ],
  [
    'own_db.table: found the format "ndjson", wanted "parquet", which own/table is written in',
    `[lake.tableDefinition(contract, { database: "own_db", name: "table", format: "ndjson" })]`,
  ],
  [
    'own_db.table: found the format "csv", wanted one of parquet, ndjson, json',
    `[lake.tableDefinition(contract, { database: "own_db", name: "table", format: "csv" })]`,
  ],
  [
    'own_db.table: found the location "own_db/../table", wanted a folder or a file below the lake\'s root, ' +
    "of letters, digits and any of _ = . -",
    `[lake.tableDefinition(contract, { database: "own_db", name: "table", location: "own_db/../table" })]`,
  ],
  [
    'own_db.a table: found the name "a table", wanted letters, digits and underscores',
    `[lake.tableDefinition(contract, { database: "own_db", name: "a table", location: "own_db/table" })]`,
  ],
  [
    'found the table "own_db.TABLE" twice, wanted it once',
    `["table", "TABLE"].map((name) =>
      lake.tableDefinition(contract, { database: "own_db", name, location: "own_db/table" })
    )`,
  ],
  ["found no tables, wanted some", "[]"],
];

for (const [fault, tables] of DECLARED) {
  Deno.test(`a catalog is refused when it is declared: ${fault}`, async () => {
    await using own = await OwnTables.open(catalog(TABLE, tables), PROGRAMS);
    const { code, stderr } = await own.run("materialize", ...DAY);
    assertEquals([code, stderr], [2, `declaring the catalog "own/catalog": ${fault}\n`]);
  });
}

Deno.test("a table that no entry lists is refused beside one that is listed", async () => {
  await using own = await OwnTables.open(
    `${TABLE}
    const more = lake.tableAsset({
      key: "own/more", sources, table: { contract: { ...contract, partitionColumns: [] }, folder: "own_db/more" },
      program: "marts/table", inputs: () => ({}), partition: "day",
    });
    const entry = lake.tableDefinition(contract, { database: "own_db", name: "table" });
    const catalog = lake.catalogAsset({ key: "own/catalog", shows: [table, more], tables: [entry] });
    return { assets: [table, more, catalog], databases: ["own_db"] };`,
    PROGRAMS,
  );
  const { code, stderr } = await own.run("plan");
  assertEquals([code, stderr], [
    2,
    'declaring the catalog "own/catalog": found "own_db/more" of own/more in no table, wanted it in one\n',
  ]);
});

const MORE = `
const more = lake.tableAsset({
  key: "own/more", sources, partitions: days, table: { contract, folder: "own_db/more" },
  program: "marts/table", inputs: () => ({}), partition: "day",
});
const entry = lake.tableDefinition(contract, { database: "own_db", name: "table" });
const catalog = lake.catalogAsset({ key: "own/catalog", shows: [table], tables: [entry] });
return { assets: [table, more, catalog], databases: ["own_db"] };`;

for (
  const [says, from, to] of [
    [
      'declaring the table "own/table": found the folder "own_db/table", where own/more lies, wanted one of its own',
      "own_db/more",
      "own_db/table",
    ],
    [
      'declaring the table "own/more": found the folder "own_db/table/x", where own/table lies, wanted one of its own',
      "own_db/more",
      "own_db/table/x",
    ],
    [
      'declaring the catalog "own/catalog": own_db.table: found the files of own/more below the location "own_db", ' +
      "wanted those of tables that it shows",
      'name: "table" }',
      'name: "table", location: "own_db" }',
    ],
  ] as const
) {
  Deno.test(`no table is read among the files of another: ${from} is ${to}`, async () => {
    await using own = await OwnTables.open(TABLE + MORE.replaceAll(from, to), PROGRAMS);
    const { code, stderr } = await own.run("materialize", ...DAY);
    assertEquals([code, stderr], [2, `${says}\n`]);
  });
}

Deno.test("a catalog's entry may list the folder above that of a table", async () => {
  const above = `[lake.tableDefinition(contract, { database: "own_db", name: "all", location: "own_db" })]`;
  await using own = await OwnTables.open(catalog(TABLE, above), PROGRAMS);
  const made = await own.run("materialize", ...DAY, "--json");
  assertEquals([made.code, made.json.errors], [0, []]);
  const { json } = await own.run("inspect", "SELECT * FROM own_db.all", "--json");
  assertEquals(json, [{ a: 1, b: "x", day: "2024-01-01" }]);
});

for (const databases of ["[]", `["own", "db"]`]) {
  Deno.test(`a table of a database that is not among the pipeline's ${databases} is refused`, async () => {
    const tables = `[lake.tableDefinition(contract, { database: "own_db", name: "table" })]`;
    const declared = catalog(TABLE, tables).replace('databases: ["own_db"]', `databases: ${databases}`);
    await using own = await OwnTables.open(declared, PROGRAMS);
    const { code, stderr } = await own.run("materialize", ...DAY);
    assertEquals(code, 2);
    assertEquals(
      stderr,
      'declaring the pipeline "own": found "own_db.table" of own/catalog, ' +
        `wanted its database among the pipeline's: ${databases === "[]" ? "none" : '"own", "db"'}\n`,
    );
  });
}

/** An asset of the group's own, which writes a text for each of its days. */
const written = (text: string, path = "own_db/table/day=${key}/rows.json", partitions = "days") =>
  `${HEAD}
const table = lake.define.asset({
  key: "own/table", sources, partitions: ${partitions}, batch: { most: 10 },
  async *materialize({ partitions, resources: { store }, staging }) {
    for (const { ordinal, key } of partitions) {
      const temporary = \`\${staging}/\${key}\`;
      const written = await store.write(temporary, new TextEncoder().encode(${JSON.stringify(text)}));
      yield [{ partition: ordinal, dataVersion: written.hash, rows: 1, staged: [{ final: \`${path}\`, temporary, written }] }];
    }
  },
});
`;

const entry = (more = "") =>
  `[lake.tableDefinition(contract, { database: "own_db", name: "table", format: "ndjson", ${more} })]`;

const FILE = "own_db/table/day=2024-01-01/rows.json";

const FOUND: readonly (readonly [name: string, RegExp, shown: string, tables: string])[] = [
  [
    "another location",
    new RegExp(`found "${FILE}" in no table, wanted it below "own_db/other" of own_db.table`),
    written('{"a": 1, "b": "x"}\n'),
    entry('location: "own_db/other"'),
  ],
  [
    "another format",
    new RegExp(`reading "${FILE}" as own_db.table: .*too small to be a Parquet file`),
    written('{"a":1}'),
    entry('format: "parquet"'),
  ],
  [
    "a list as lines",
    new RegExp(`reading "${FILE}" as own_db.table: .*[Mm]alformed JSON`),
    written('[{"a": 1, "b": "x"},\n{"a": 2}]\n'),
    entry(),
  ],
  [
    "a list in one line as lines",
    new RegExp(`reading "${FILE}" as own_db.table: `),
    written('[{"a": 1, "b": "x"}]'),
    entry(),
  ],
  [
    "CSV as lines",
    new RegExp(`reading "${FILE}" as own_db.table: `),
    written("a,b\n1,x\n"),
    entry(),
  ],
  [
    "lines as a list",
    new RegExp(`reading "${FILE}" as own_db.table: .*format='array'`),
    written('{"a": 1, "b": "x"}\n{"a": 2}\n'),
    entry('format: "json"'),
  ],
  [
    "another type",
    new RegExp(`reading "${FILE}" as own_db.table: .*"one"`),
    written('{"a": "one", "b": "x"}\n'),
    entry(),
  ],
  [
    "another column",
    new RegExp(`reading "${FILE}" as own_db.table: found rows without a value of "a", wanted one in each`),
    written('{"A1": 1, "b": "x"}\n'),
    entry(),
  ],
  [
    "none of its columns",
    new RegExp(`reading "${FILE}" as own_db.table: found no value of any of its columns, wanted some`),
    written('{"c": 1}\n').replace('required("a"', 'optional("a"'),
    entry(),
  ],
  [
    "no partition column in the path",
    /reading "own_db\/table\/2024-01-01.json" as own_db.table: .*day/,
    written('{"a": 1, "b": "x"}\n', "own_db/table/${key}.json"),
    entry(),
  ],
  [
    "another type in the path",
    new RegExp(`reading "${FILE}" as own_db.table: .*2024-01-01`),
    written('{"a": 1, "b": "x"}\n').replace('required("day", "utf8")', 'required("day", "int32")'),
    entry(),
  ],
];

for (const [name, found, shown, tables] of FOUND) {
  Deno.test(`a catalog's entry is not registered over files that it does not fit: ${name}`, async () => {
    await using own = await OwnTables.open(catalog(shown, tables), {});
    const made = await own.run("materialize", ...DAY, "--json");
    assertEquals(made.code, 1);
    assertEquals(made.json.counts, { materialized: 1, unchanged: 0, failed: 0, blocked: 1 });
    const [{ asset, message }] = made.json.errors;
    assertEquals(asset, "own/catalog");
    assertMatch(message, new RegExp(`^check "files_fit" failed: ${found.source}`));
    assertEquals(message.includes("\n"), false);
    const asked = await own.run("inspect", "SELECT * FROM own_db.table");
    assertEquals(asked.code, 2, asked.shown);
  });
}

Deno.test("a catalog's entry is not registered over what writes no file of the lake", async () => {
  const shown = `${HEAD} const table = lake.filesAsset({
    key: "own/table", folder: data, partitions: days, partitionOf: (name) => name.split(".")[0],
  });`;
  await using own = await OwnTables.open(catalog(shown, entry()), {});
  await own.put("2024-01-01.json", '{"a": 1}');
  const { code, stderr } = await own.run("materialize");
  assertEquals([code, stderr], [
    1,
    'own/catalog: check "files_fit" failed: found no file of own/table in the lake, wanted those that a table lists\n',
  ]);
});

Deno.test("a catalog that shows nothing is refused", async () => {
  const declared = catalog(TABLE, entry()).replace("shows: [table]", "shows: []");
  await using own = await OwnTables.open(declared, PROGRAMS);
  const { code, stderr } = await own.run("plan");
  assertEquals([code, stderr], [
    2,
    'declaring the catalog "own/catalog": found nothing that it shows, wanted the assets whose files its tables list\n',
  ]);
});

Deno.test("files of one asset may be of several tables, and not all of them of any", async () => {
  const shown = written("").replace(
    /yield \[.*\];/,
    `const parts = { first: '{"a": 1}', second: '{"a": 2}', notes: "none" };
     const staged = await Promise.all(
       Object.entries(parts).filter(([name]) => name !== "second" || key === "2024-01-01").map(async ([name, text]) => {
         const temporary = \`\${staging}/\${key}-\${name}\`;
         const written = await store.write(temporary, new TextEncoder().encode(text));
         return { final: \`own_db/\${name}/day=\${key}/rows.json\`, temporary, written };
       }),
     );
     yield [{ partition: ordinal, dataVersion: key, rows: 1, staged }];`,
  );
  const tables = `["first", "second"].map((name) =>
    lake.tableDefinition(contract, { database: "own_db", name, format: "ndjson" })
  )`;
  await using own = await OwnTables.open(catalog(shown, tables), {});
  const made = await own.run("materialize", "--from", "2024-01-01", "--to", "2024-01-03", "--json");
  assertEquals([made.code, made.json.errors], [0, []]);
  const { json } = await own.run(
    "inspect",
    "SELECT a, count(*) AS days FROM (FROM own_db.first UNION ALL FROM own_db.second) GROUP BY a ORDER BY a",
    "--json",
  );
  assertEquals(json, [{ a: 1, days: 3 }, { a: 2, days: 1 }]);
});

Deno.test("a catalog over what has no file yet is registered, and judged once there is one", async () => {
  const shown = written('{"c": 1}\n').replace(
    "yield [",
    `if (key === "2024-01-01") yield [{ partition: ordinal, dataVersion: "none", rows: 0 }]; else yield [`,
  );
  await using own = await OwnTables.open(catalog(shown, entry()), {});
  const made = await own.run("materialize", ...DAY);
  assertEquals(made.code, 0, made.shown);
  const more = await own.run("materialize", "--partition", "2024-01-02", "--json");
  assertEquals([more.code, more.json.errors.map(({ asset }: { asset: string }) => asset)], [1, [
    "own/catalog",
  ]]);
});
