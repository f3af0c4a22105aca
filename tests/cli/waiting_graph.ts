import { definer, graph as graphOf } from "../../core/mod.ts";

const { asset } = definer<unknown>();

/** An asset whose code never ends and does not listen when it is told to. */
const waiting = asset({
  key: "t/waiting",
  async *materialize({ progress }) {
    progress(1, 3, "parts");
    await new Promise((resolve) => setTimeout(resolve, 600_000));
    yield [];
  },
});

export const graph = graphOf([waiting]);
