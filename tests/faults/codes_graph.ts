import { definer, eager, from, graph as graphOf, latest, monthly, type Output } from "../../core/mod.ts";

const { asset } = definer<unknown>();

/** What this checkout's code of `c/changed` is, and whether it has `c/added`. */
const version = Deno.env.get("CODE") ?? "1";
const hasAdded = Deno.env.get("ADDED") === "1";

const made = {
  async *materialize({ partitions }: { readonly partitions: Iterable<{ readonly ordinal: number }> }) {
    yield await Promise.resolve(
      [...partitions].map(({ ordinal }): Output => ({ partition: ordinal, dataVersion: version })),
    );
  },
};

const changed = asset({
  key: "c/changed",
  code: version,
  partitions: monthly({ start: "2024-01-01" }),
  batch: { most: 1_000 },
  automation: eager(),
  ...made,
});

const kept = asset({
  key: "c/kept",
  code: "1",
  partitions: monthly({ start: "2024-01-01" }),
  batch: { most: 1_000 },
  ...made,
});

const added = asset({
  key: "c/added",
  code: "1",
  deps: { kept: from(kept, latest) },
  automation: eager(),
  ...made,
});

export const graph = graphOf([changed, kept, ...(hasAdded ? [added] : [])]);
