import { definer, graph as graphOf } from "../../core/mod.ts";

/** A file to write to while a check waits that does not listen to its signal; nothing waits where it is not named. */
const waiting = Deno.env.get("DEAF_FILE");

const deaf = definer<unknown>().asset({
  key: "deaf/thing",
  kind: "thing",
  checks: [{
    checks: [{ name: "endless", severity: "blocking" }],
    async run({ outputs }) {
      if (waiting !== undefined) {
        Deno.writeTextFileSync(waiting, "");
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      }
      return outputs.map(({ partition }) => ({ check: "endless", partition, passed: true }));
    },
  }],
  async *materialize() {
    yield [{ partition: 0, dataVersion: "1" }];
  },
});

export const graph = graphOf([deaf]);
