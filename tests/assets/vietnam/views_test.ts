import { assertEquals, assertThrows } from "@std/assert";
import { martCatalog, rawCatalog } from "../../../assets/vietnam/catalog.ts";
import { vietnam } from "../../../assets/vietnam/mod.ts";
import { linkViews } from "../../../assets/linked_views.ts";
import { type ViewAsset, type ViewFile, views } from "../../../assets/views.ts";
import {
  type AnyAsset,
  DAY,
  graph,
  type Output,
  RefusedError,
  type TableDefinition,
  type ViewFault,
} from "../../../core/mod.ts";
import { TestLake } from "./lake.ts";

const FILES = [
  file("by_city", ["by_day"], "-- By city.\nSELECT city FROM by_day"),
  file("by_day", ["vietnam"], "-- By day.\nSELECT * FROM vietnam"),
];

function file(name: string, reads: readonly string[], statement = "") {
  return { path: `sql/views/vietnam/${name}.sql`, name, statement, reads };
}

function keys(assets: readonly AnyAsset[]): string[] {
  return assets.map(({ key }) => key);
}

/** Views of a database beside other assets, linked to what they read. */
function linked(files: readonly ViewFile[], database: string, ...others: readonly AnyAsset[]): ViewAsset[] {
  const made = views(files, { name: database });
  linkViews([...made, ...others]);
  return made;
}

function dependencies({ deps }: AnyAsset): string[] {
  return Object.values(deps).map(({ asset, mode }) => `${asset.key} ${mode}`);
}

Deno.test("a file becomes an asset in each database, after what it reads", async () => {
  await using lake = await TestLake.open();
  const [city, day] = linked(FILES, "aq_prod", martCatalog(lake.prod, "aq_prod"));
  assertEquals([city!.key, day!.key], ["view/aq_prod.by_city", "view/aq_prod.by_day"]);
  assertEquals(city!.description, "By city.");
  assertEquals([city!.group, city!.automation], ["vietnam", null]);
  assertEquals(city!.sources, [
    { path: "sql/views/vietnam/by_city.sql", name: "sql/views/by_city.sql" },
  ]);
  assertEquals(dependencies(city!), ["view/aq_prod.by_day order"]);
  assertEquals(dependencies(day!), ["vietnam/prod_catalog order"]);
});

Deno.test("a view is made after what it names with its database, of whatever database it is", async () => {
  await using lake = await TestLake.open();
  const others = [
    martCatalog(lake.dev, "aq_dev"),
    martCatalog(lake.prod, "aq_prod"),
    rawCatalog(lake.raw, "aq_raw_prod"),
    ...views(FILES, { name: "aq_prod" }),
  ];
  const files = [
    file("one", ["aq_dev.vietnam", "vietnam"]),
    file("two", ["AQ_DEV.one", "aq_prod.by_city", "raw_db.OpenAQ_raw"]),
  ];
  const [one, two] = linked(files, "aq_dev", ...others);
  assertEquals(dependencies(one!), ["vietnam/dev_catalog order"]);
  assertEquals(dependencies(two!), [
    "view/aq_dev.one order",
    "view/aq_prod.by_city order",
    "vietnam/raw_catalog order",
  ]);
  assertEquals([one!.view.unmade, two!.view.unmade], [[], []]);
  graph([...others, lake.raw, lake.dev, lake.prod, lake.stations, one!, two!]);
});

Deno.test("what no asset makes, or reads the view in turn, is no dependency", async () => {
  await using lake = await TestLake.open();
  const devCatalog = martCatalog(lake.dev, "aq_dev");
  const files = [
    file("a", ["b"]),
    file("b", ["a", "nowhere", "aq_prod.vietnam", "vietnam"]),
    file("own", ["own"]),
  ];
  const made = linked(files, "aq_dev", devCatalog);
  assertEquals(keys(made), ["view/aq_dev.a", "view/aq_dev.b", "view/aq_dev.own"]);
  assertEquals(made.map(dependencies), [["view/aq_dev.b order"], ["vietnam/dev_catalog order"], []]);
  assertEquals(made.map(({ view }) => view.unmade), [[], ["aq_dev.nowhere", "aq_prod.vietnam"], []]);
  assertThrows(
    () => linked([file("vietnam", [])], "aq_dev", devCatalog),
    RefusedError,
    'found the file "sql/views/vietnam/vietnam.sql"',
  );
  assertThrows(
    () => linkViews([devCatalog, { ...devCatalog, key: "vietnam/other" }]),
    RefusedError,
    'declaring the catalog: found "dev_db.vietnam" of vietnam/other and vietnam/dev_catalog, wanted it of one',
  );
});

Deno.test("other columns of a table are other code of its views, in whatever database, and of those over them", async () => {
  await using lake = await TestLake.open();
  const files = [
    file("over", ["reading"]),
    file("reading", ["raw_db.openaq_raw"]),
    file("apart", ["vietnam"]),
  ];
  const catalog = rawCatalog(lake.raw, "aq_raw_prod");
  const [table] = catalog.entries as TableDefinition[];
  const codes = (entry: TableDefinition) =>
    linked(files, "aq_dev", martCatalog(lake.dev, "aq_dev"), { ...catalog, entries: [entry] }).map((
      { code },
    ) => code);
  const before = codes(table!);
  const after = codes({ ...table!, columns: table!.columns.slice(1) });
  assertEquals(before.map((code, i) => code === after[i]), [false, false, true]);
  assertEquals(codes({ ...table!, location: "elsewhere" }), before);
});

Deno.test("a view's check tells where its statement has a fault", async () => {
  await using lake = await TestLake.open();
  const [view] = linked(FILES, "aq_dev", martCatalog(lake.dev, "aq_dev"));
  const run = async (fault: ViewFault | undefined) => {
    const resources = { binder: { bind: () => Promise.resolve(fault) } };
    return await view!.checks[0]!.run({ resources, signal: new AbortController().signal } as never);
  };
  assertEquals(await run(undefined), [{ check: "binds", partition: 0, passed: true }]);
  const [failed] = await run({ message: "no such column", line: 2, column: 8 });
  assertEquals(failed!.detail, "sql/views/vietnam/by_city.sql:2:8: no such column");
  assertEquals(
    (await run({ message: "it reads itself" }))[0]!.detail,
    "sql/views/vietnam/by_city.sql: it reads itself",
  );
});

Deno.test("the environment says which assets there are", () => {
  const options = { lookback: 7 * DAY, views: FILES };
  assertEquals(keys(vietnam({ environment: "dev", ...options })), [
    "vietnam/locations",
    "vietnam/stations",
    "vietnam/reference_catalog",
    "vietnam/raw_test",
    "vietnam/raw_catalog",
    "vietnam/dev_mart",
    "vietnam/dev_catalog",
    "view/aq_dev.by_city",
    "view/aq_dev.by_day",
  ]);
  const prod = vietnam({ environment: "prod", ...options });
  assertEquals(keys(prod).filter((key) => !key.startsWith("view/")), [
    "vietnam/locations",
    "vietnam/stations",
    "vietnam/reference_catalog",
    "vietnam/raw_prod",
    "vietnam/raw_catalog",
    "vietnam/dev_mart",
    "vietnam/dev_catalog",
    "vietnam/prod_mart",
    "vietnam/prod_catalog",
  ]);
  assertEquals(keys(prod).filter((key) => key.startsWith("view/aq_prod")).length, 2);
  graph(prod);
});

Deno.test("catalogs stage their tables, views theirs, each for a file of its own", async () => {
  await using lake = await TestLake.open();
  const { catalog } = lake.storage;
  const prod = martCatalog(lake.prod, "aq_prod");
  const assets = [
    rawCatalog(lake.raw, "aq_raw_prod"),
    prod,
    ...views(FILES, { name: "aq_prod" }),
  ];
  const finals: string[] = [];
  for (const asset of assets) {
    for await (const [output] of asset.materialize!({ resources: { catalog }, staging: "s" } as never)) {
      finals.push(...(output as Output).staged!.map(({ final }) => final));
    }
  }
  assertEquals(finals, [
    "_catalog/raw_db/openaq_raw.json",
    "_catalog/prod_db/vietnam.json",
    "_catalog/aq_prod/vietnam.json",
    "_catalog/aq_prod/by_city.json",
    "_catalog/aq_prod/by_day.json",
  ]);
});
