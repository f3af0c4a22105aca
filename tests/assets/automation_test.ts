import { assertEquals } from "@std/assert";
import { group as dump } from "../../assets/dump/mod.ts";
import type { GroupContext } from "../../assets/group.ts";
import { group as vietnam } from "../../assets/vietnam/mod.ts";
import { DAY, eager } from "../../core/mod.ts";

const context = (name: string): GroupContext => ({
  environment: "prod",
  lookback: 3 * DAY,
  views: [{ path: `sql/views/${name}/x.sql`, name: "x", statement: "SELECT 1", reads: [] }],
  variables: {},
  folder: () => ({
    path: String,
    list: () => Promise.resolve([]),
    measure: () => Promise.resolve(undefined),
  }),
  shipped: String,
});

Deno.test("whatever a pipeline makes is eager; hours that are missing are asked for within the look-back alone", () => {
  for (const group of [vietnam, dump]) {
    const { assets } = group.declare(context(group.name));
    const made = assets.filter(({ materialize }) => materialize !== null);
    const others = made.filter(({ automation }) => JSON.stringify(automation) !== JSON.stringify(eager()));
    assertEquals(
      others.map(({ key, automation }) => [key, automation]),
      group === vietnam ? [["vietnam/raw_prod", eager({ lookBack: 96 })]] : [],
    );
    assertEquals(made.some(({ kind }) => kind === "view"), true);
    assertEquals([...new Set(assets.map((asset) => asset.group))], [group.name]);
  }
});
