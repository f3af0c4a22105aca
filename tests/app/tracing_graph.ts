import { definer, eager, graph as graphOf } from "../../core/mod.ts";

const { asset } = definer<unknown>();

/** Asked for by itself; it cannot be made. */
const broken = asset({
  key: "t/broken",
  automation: eager(),
  retry: { most: 0 },
  // deno-lint-ignore require-yield
  async *materialize() {
    await null;
    throw new Error("found it broken");
  },
});

export const graph = graphOf([broken]);
