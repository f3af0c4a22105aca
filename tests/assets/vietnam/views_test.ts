import { assertEquals, assertThrows } from "@std/assert";
import { martCatalog, rawCatalog } from "../../../assets/vietnam/catalog.ts";
import { vietnam } from "../../../assets/vietnam/mod.ts";
import { views } from "../../../assets/vietnam/views.ts";
import { LocalCatalog } from "../../../adapters/catalog/local/catalog.ts";
import type { AnyAsset } from "../../../core/asset.ts";
import { DAY } from "../../../core/instant.ts";
import { graph } from "../../../core/graph.ts";
import { TestLake } from "./lake.ts";

const FILES = [
  { name: "by_city", statement: "-- By city.\nSELECT city FROM by_day", reads: ["by_day"] },
  { name: "by_day", statement: "-- By day.\nSELECT * FROM vietnam", reads: ["vietnam"] },
];

function keys(assets: readonly AnyAsset[]): string[] {
  return assets.map(({ key }) => key);
}

Deno.test("a file becomes an asset in each database, after what it reads", async () => {
  await using lake = await TestLake.open();
  const catalog = martCatalog(lake.prod, "aq_prod");
  const [city, day] = views(FILES, { name: "aq_prod", catalog });
  assertEquals([city!.key, day!.key], ["view/aq_prod.by_city", "view/aq_prod.by_day"]);
  assertEquals(city!.description, "By city.");
  assertEquals(city!.sources, [{ path: "sql/views/by_city.sql" }]);
  const dependencies = (asset: AnyAsset) =>
    Object.values(asset.deps).map(({ asset, mode }) => `${asset.key} ${mode}`);
  assertEquals(dependencies(city!), ["view/aq_prod.by_day order"]);
  assertEquals(dependencies(day!), ["vietnam/prod_catalog order"]);
});

Deno.test("a view that reads what is not there, or itself, is refused by name", async () => {
  await using lake = await TestLake.open();
  const database = { name: "aq_dev", catalog: martCatalog(lake.dev, "aq_dev") };
  assertThrows(
    () => views([{ name: "a", statement: "", reads: ["nowhere"] }], database),
    TypeError,
    'declaring "view/aq_dev.a": it reads "nowhere", wanted "vietnam" or a view',
  );
  assertThrows(
    () =>
      views(
        [{ name: "a", statement: "", reads: ["b"] }, { name: "b", statement: "", reads: ["a"] }],
        database,
      ),
    TypeError,
    'declaring "view/aq_dev.b": it reads itself, through "a"',
  );
});

Deno.test("the environment says which assets there are", () => {
  const options = { lookback: 7 * DAY, views: FILES };
  assertEquals(keys(vietnam({ environment: "dev", ...options })), [
    "vietnam/locations",
    "vietnam/stations",
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

Deno.test("catalogs put their tables, views theirs", async () => {
  await using lake = await TestLake.open();
  const catalog = new LocalCatalog(lake.root);
  const prod = martCatalog(lake.prod, "aq_prod");
  const assets = [
    rawCatalog(lake.raw, "aq_raw_prod"),
    prod,
    ...views(FILES, { name: "aq_prod", catalog: prod }),
  ];
  for (const asset of assets) {
    for await (const _ of asset.materialize!({ resources: { catalog } } as never)) { /* put */ }
  }
  assertEquals((await catalog.list()).map(({ database, name }) => `${database}.${name}`), [
    "aq_prod.by_city",
    "aq_prod.by_day",
    "aq_prod.vietnam",
    "prod_db.vietnam",
    "raw_db.openaq_raw",
  ]);
  const table = await catalog.get("prod_db", "vietnam");
  assertEquals(table?.type === "table" && table.location, "aq_prod/marts/vietnam");
});
