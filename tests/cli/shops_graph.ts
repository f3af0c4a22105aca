import { daily, definer, from, graph as graphOf, identity, type Output, staticKeys } from "../../core/mod.ts";

/** A graph with an asset whose partitions are no time, and one that others write. */
const { asset, external } = definer<unknown>();

const shops = asset({
  key: "ny/shops",
  partitions: staticKeys(["bronx", "queens"]),
  async *materialize({ partitions }) {
    yield [...partitions].map(({ ordinal }): Output => ({ partition: ordinal, dataVersion: "1" }));
  },
});
const weather = external({ key: "ext/weather", partitions: daily({ start: "2026-01-01" }) });
const sales = asset({
  key: "ny/sales",
  partitions: daily({ start: "2026-01-01" }),
  deps: { weather: from(weather, identity) },
  async *materialize({ partitions }) {
    yield [...partitions].map(({ ordinal }): Output => ({ partition: ordinal, dataVersion: "1" }));
  },
});

export const graph = graphOf([shops, weather, sales]);
