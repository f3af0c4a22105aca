import {
  daily,
  definer,
  from,
  graph as graphOf,
  hourly,
  hoursOfDay,
  identity,
  type Output,
  sourceFile,
} from "../../core/mod.ts";

/** A graph with nothing of air quality in it: what it makes is what the file beside it says. */
export interface Words {
  readonly word: () => string;
}
const { asset } = definer<Words>();

const hours = asset({
  key: "words/hours",
  sources: [sourceFile("own_graph.ts")],
  partitions: hourly({ start: "2024-01-01" }),
  kind: "raw",
  batch: { most: 100 },
  async *materialize({ partitions, resources }) {
    yield [...partitions].map(({ ordinal, key }): Output => {
      const said = resources.word().split(",").find((each) => each.startsWith(`${key}=`));
      return { partition: ordinal, dataVersion: said ?? "quiet", rows: 1 };
    });
  },
});
const days = asset({
  key: "words/days",
  sources: [sourceFile("own_graph.ts")],
  partitions: daily({ start: "2024-01-01" }),
  kind: "mart",
  deps: { hours: from(hours, hoursOfDay) },
  batch: { most: 10 },
  checks: [{
    checks: [{ name: "polite", severity: "blocking" }],
    run: ({ outputs }) =>
      Promise.resolve(outputs.map(({ partition, dataVersion }) => ({
        check: "polite",
        partition,
        passed: !dataVersion.includes("rude"),
        detail: "found a rude word, wanted polite ones",
      }))),
  }],
  async *materialize({ partitions, inputs, log }) {
    const standing = await inputs.hours.materializations();
    log.info("counted", { hours: standing.length });
    yield [...partitions].map(({ ordinal, key }): Output => ({
      partition: ordinal,
      dataVersion: standing.filter((hour) => hour.key!.startsWith(key!)).map((hour) => hour.dataVersion)
        .join(),
    }));
  },
});
const copy = asset({
  key: "words/copy",
  sources: [sourceFile("own_graph.ts")],
  partitions: daily({ start: "2024-01-01" }),
  kind: "mart",
  deps: { days: from(days, identity) },
  async *materialize({ partitions }) {
    yield [...partitions].map(({ ordinal }): Output => ({ partition: ordinal, dataVersion: "1" }));
  },
});
const summary = asset({
  key: "words/summary",
  sources: [sourceFile("own_graph.ts")],
  kind: "report",
  async *materialize() {
    yield [{ partition: 0, dataVersion: "1" }];
  },
});

export const graph = graphOf([hours, days, copy, summary]);
/** The words of the moment, as tests set them. */
export const spoken = { words: "" };
export const resources: Words = { word: () => spoken.words };
