import {
  type AnyAsset,
  type Clock,
  daily,
  daysOfMonth,
  definer,
  eager,
  from,
  type Graph,
  graph,
  hourly,
  hoursOfDay,
  latest,
  type Limits,
  monthly,
  Orchestrator,
  type Output,
  type Publisher,
  type State,
} from "../core/mod.ts";

const { asset, external } = definer<null>();

/** An asset that does nothing, `length` times, each reading the one before. */
export function chain(length: number): Graph {
  const assets: AnyAsset[] = [];
  for (let i = 0; i < length; i++) {
    const above = assets.at(-1);
    assets.push(asset({
      key: `chain/a${String(i).padStart(3, "0")}`,
      deps: above === undefined ? {} : { above: from(above, latest) },
      async *materialize({ partitions }) {
        yield [{ partition: partitions.first.ordinal, dataVersion: "1" }];
      },
    }));
  }
  return graph(assets);
}

/** One daily asset that does nothing. */
export function days(): Graph {
  return graph([
    asset({
      key: "trivial/days",
      partitions: daily(),
      async *materialize({ partitions }) {
        yield [...partitions].map(({ ordinal, key }): Output => ({
          partition: ordinal,
          dataVersion: `${key}`,
        }));
      },
    }),
  ]);
}

/** Hours that others write, days made of hours, months made of days. */
export function roll(): Graph {
  const hours = external({ key: "roll/hours", partitions: hourly({ start: "2020-01-01" }) });
  const made = {
    async *materialize({ partitions }: { partitions: Iterable<{ ordinal: number; key: string | null }> }) {
      yield [...partitions].map(({ ordinal, key }): Output => ({
        partition: ordinal,
        dataVersion: `${key}`,
      }));
    },
  };
  const day = asset({
    key: "roll/days",
    partitions: daily({ start: "2020-01-01" }),
    deps: { hours: from(hours, hoursOfDay) },
    batch: { most: 400 },
    ...made,
  });
  const month = asset({
    key: "roll/months",
    partitions: monthly({ start: "2020-01-01" }),
    deps: { days: from(day, daysOfMonth) },
    batch: { most: 100 },
    ...made,
  });
  return graph([hours, day, month]);
}

/** Hours that others write, and eager days that are made of them. */
export function marts(count: number): Graph {
  const hours = external({ key: "marts/hours", partitions: hourly({ start: "2020-01-01" }) });
  const days = Array.from({ length: count }, (_, i) =>
    asset({
      key: `marts/days_${i}`,
      partitions: daily({ start: "2020-01-01" }),
      deps: { hours: from(hours, hoursOfDay) },
      batch: { most: 2_000 },
      automation: eager(),
      async *materialize({ partitions }) {
        yield [...partitions].map(({ ordinal }): Output => ({ partition: ordinal, dataVersion: "1" }));
      },
    }));
  return graph([hours, ...days]);
}

/** For assets without files. */
const noFiles: Publisher = {
  measure: () => Promise.resolve([]),
  replace: () => Promise.resolve(),
  revert: () => Promise.resolve(),
  discard: () => Promise.resolve(),
  clear: () => Promise.resolve(),
  intact: (refs) => Promise.resolve(refs.map(() => true)),
  present: (refs) => Promise.resolve(refs.map(() => true)),
  found: (paths) => Promise.resolve(paths.map(() => undefined)),
  recall: () => Promise.resolve(false),
  remove: () => Promise.resolve(0),
};

/** The command line's executor over a graph of trivial assets. */
export function open(
  graph: Graph,
  state: State,
  now: () => number = Date.now,
  options: Pick<Parameters<typeof Orchestrator.open>[0], "cron"> & {
    readonly clock?: Clock;
    readonly limits?: Limits;
  } = {},
): Promise<Orchestrator> {
  return Orchestrator.open({
    graph,
    state,
    publisher: noFiles,
    clock: {
      now,
      awake: now,
      asleep: () => 0,
      sleep: () => Promise.reject(new Error("nothing sleeps here")),
    },
    random: Math.random,
    resources: null,
    mask: (text) => text,
    readSourceFile: () => "",
    ...options,
  });
}

/** Everything of a graph, from `from` to `to`. */
export const everything = (
  graph: Graph,
  bounds: { from?: string; to?: string; partitions?: string[] } = {},
) => ({
  assets: new Set(graph.assets.map(({ key }) => key)),
  lookbackDays: 7,
  ...bounds,
});
