import { assertEquals, assertThrows } from "@std/assert";
import { martCatalog, rawCatalog } from "../../../assets/vietnam/catalog.ts";
import { vietnam } from "../../../assets/vietnam/mod.ts";
import { views } from "../../../assets/views.ts";
import { type AnyAsset, DAY, graph, type Output, RefusedError, type ViewFault } from "../../../core/mod.ts";
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

Deno.test("a file becomes an asset in each database, after what it reads", async () => {
  await using lake = await TestLake.open();
  const vietnam = martCatalog(lake.prod, "aq_prod");
  const [city, day] = views(FILES, { name: "aq_prod", tables: { vietnam } });
  assertEquals([city!.key, day!.key], ["view/aq_prod.by_city", "view/aq_prod.by_day"]);
  assertEquals(city!.description, "By city.");
  assertEquals(city!.sources, [
    { path: "sql/views/vietnam/by_city.sql", name: "sql/views/by_city.sql" },
  ]);
  const dependencies = (asset: AnyAsset) =>
    Object.values(asset.deps).map(({ asset, mode }) => `${asset.key} ${mode}`);
  assertEquals(dependencies(city!), ["view/aq_prod.by_day order"]);
  assertEquals(dependencies(day!), ["vietnam/prod_catalog order"]);
});

Deno.test("a view that names a table with its database is made after it, too", async () => {
  await using lake = await TestLake.open();
  const database = { name: "aq_dev", tables: { vietnam: martCatalog(lake.dev, "aq_dev") } };
  const [one, other] = views(
    [file("one", ["aq_dev.vietnam", "vietnam"]), file("other", ["aq_dev.one", "aq_prod.one"])],
    database,
  );
  assertEquals([Object.keys(one!.deps), Object.keys(other!.deps)], [["vietnam"], ["one"]]);
});

Deno.test("what a view reads and is not there, or reads it in turn, is no dependency", async () => {
  await using lake = await TestLake.open();
  const database = { name: "aq_dev", tables: { vietnam: martCatalog(lake.dev, "aq_dev") } };
  const made = views(
    [file("a", ["b"]), file("b", ["a", "nowhere", "vietnam"]), file("own", ["own"])],
    database,
  );
  assertEquals(keys(made), ["view/aq_dev.a", "view/aq_dev.b", "view/aq_dev.own"]);
  assertEquals(Object.keys(made[0]!.deps), ["b"]);
  assertEquals(Object.keys(made[1]!.deps), ["vietnam"]);
  assertEquals(Object.keys(made[2]!.deps), []);
  assertThrows(
    () => views([file("vietnam", [])], database),
    RefusedError,
    'found the file "sql/views/vietnam/vietnam.sql"',
  );
});

Deno.test("a view's check tells where its statement has a fault", async () => {
  await using lake = await TestLake.open();
  const [view] = views(FILES, { name: "aq_dev", tables: { vietnam: martCatalog(lake.dev, "aq_dev") } });
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
    ...views(FILES, { name: "aq_prod", tables: { vietnam: prod } }),
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
