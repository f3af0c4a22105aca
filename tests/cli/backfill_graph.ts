import { daily, definer, from, graph as graphOf, hourly, hoursOfDay } from "../../core/mod.ts";

/** Of which hours the code fails, and what it does before each. */
export const faults = { hour: "", before: (_key: string): unknown => undefined };

const { asset } = definer<unknown>();

const hours = asset({
  key: "past/hours",
  partitions: hourly({ start: "2024-01-01", timeZone: "UTC" }),
  batch: { most: 200, scattered: true, backfill: 48 },
  requests: ({ batches }) => Promise.resolve(30 * batches.length),
  async *materialize({ partitions }) {
    for (const { ordinal: partition, key } of partitions) {
      await faults.before(key!);
      yield [key === faults.hour ? { partition, error: "found no data" } : { partition, dataVersion: "1" }];
    }
  },
});

const days = asset({
  key: "past/days",
  partitions: daily({ start: "2024-01-01", timeZone: "UTC" }),
  batch: { most: 100 },
  deps: { hours: from(hours, hoursOfDay) },
  async *materialize({ partitions }) {
    yield await Promise.resolve(
      [...partitions].map(({ ordinal: partition }) => ({ partition, dataVersion: "1" })),
    );
  },
});

export const graph = graphOf([hours, days]);
