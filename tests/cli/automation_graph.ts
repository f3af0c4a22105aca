import { daily, definer, eager, from, graph as graphOf, hourly, hoursOfDay, when } from "../../core/mod.ts";

/** Hours of which one may fail, and days of them. */
export const faults = { hour: "" };

const { asset } = definer<unknown>();

const hours = asset({
  key: "lit/hours",
  partitions: hourly({ start: "2024-01-01" }),
  batch: { most: 100 },
  automation: eager({ lookBack: 24 }),
  async *materialize({ partitions }) {
    yield [...partitions].map(({ ordinal: partition, key }) =>
      key === faults.hour ? { partition, error: "found no \x1b[31mlight" } : { partition, dataVersion: "1" }
    );
  },
});

const days = asset({
  key: "lit/days",
  partitions: daily({ start: "2024-01-01" }),
  deps: { hours: from(hours, hoursOfDay) },
  automation: eager(),
  async *materialize({ partitions }) {
    yield [...partitions].map(({ ordinal: partition }) => ({ partition, dataVersion: "1" }));
  },
});

const odd = asset({
  key: "lit/odd",
  automation: when.and(when.missing, when.cronPassed("at nine", "Asia/Ho_Chi_Minh")),
  async *materialize() {},
});

const still = asset({ key: "lit/still", async *materialize() {} });

export const graph = graphOf([hours, days, odd, still]);
