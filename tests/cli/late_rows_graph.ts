import { definer, graph as graphOf, hourly } from "../../core/mod.ts";

/** The content of hours by key, where it is not the usual. */
export const late = new Map<string, string>();

const { asset } = definer<unknown>();

/** Hours whose source may be asked again at any time. */
const hours = asset({
  key: "late/hours",
  partitions: hourly({ start: "2024-01-01" }),
  batch: { most: 100 },
  due: (_window, askedAt) => askedAt,
  async *materialize({ partitions }) {
    yield await Promise.resolve(
      [...partitions].map(({ ordinal: partition, key }) => ({
        partition,
        dataVersion: late.get(key!) ?? "1",
      })),
    );
  },
});

export const graph = graphOf([hours]);
