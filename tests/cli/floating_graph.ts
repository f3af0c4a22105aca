import { definer, graph as graphOf } from "../../core/mod.ts";

const { asset } = definer<undefined>();
const FAULT = Deno.env.get("FAULT");

/** Errors that no code waits for. */
const faults: Record<string, () => void> = {
  "a promise": () => void Promise.reject(new Error("floats\nfree")),
  "a timer": () =>
    void setTimeout(() => {
      throw new Error("too late");
    }),
  "an exit": () => Deno.exit(0),
};

export const graph = graphOf([
  asset({
    key: "floating/one",
    async *materialize() {
      if (FAULT !== undefined) {
        faults[FAULT]!();
        await new Promise((resolve) => setTimeout(resolve, 30_000));
      }
      yield [{ partition: 0, dataVersion: "1" }];
    },
  }),
]);
