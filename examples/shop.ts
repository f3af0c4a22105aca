import {
  daily,
  daysOfMonth,
  definer,
  from,
  graph as build,
  hourly,
  hoursOfDay,
  monthly,
  sourceFile,
} from "../core/mod.ts";

const { asset } = definer<unknown>();

/** What a till took in an hour, in cents: an asset that makes its own data. */
const tills = asset({
  key: "shop/tills",
  sources: [sourceFile("shop.ts")],
  partitions: hourly({ start: "2026-01-01", timeZone: "Europe/Berlin" }),
  batch: { most: 1000 },
  async *materialize({ partitions }) {
    yield [...partitions].map(({ ordinal }) => output(ordinal, (ordinal * 7919) % 500));
  },
});

/** A day's takings: 23, 24 or 25 hours of them. */
const takings = asset({
  key: "shop/takings",
  sources: [sourceFile("shop.ts")],
  partitions: daily({ start: "2026-01-01", timeZone: "Europe/Berlin" }),
  deps: { hours: from(tills, hoursOfDay) },
  batch: { most: 400 },
  async *materialize({ partitions, inputs }) {
    const taken = new Map(
      (await inputs.hours.standing()).map(({ partition, dataVersion }) => [partition, Number(dataVersion)]),
    );
    for (const { ordinal } of partitions) {
      let total = 0;
      for (const { from, to } of inputs.hours.members(ordinal)) {
        for (let hour = from; hour <= to; hour++) total += taken.get(hour) ?? 0;
      }
      yield [output(ordinal, total)];
    }
  },
});

/** A month's takings. */
const report = asset({
  key: "shop/report",
  sources: [sourceFile("shop.ts")],
  partitions: monthly({ start: "2026-01-01", timeZone: "Europe/Berlin" }),
  deps: { days: from(takings, daysOfMonth) },
  async *materialize({ partitions, inputs }) {
    const days = await inputs.days.standing();
    yield [output(partitions.first.ordinal, days.reduce((sum, day) => sum + Number(day.dataVersion), 0))];
  },
});

const output = (partition: number, cents: number) => ({
  partition,
  dataVersion: String(cents),
  metadata: { cents: { type: "number" as const, value: cents } },
});

/** A graph with nothing of air quality in it: `GRAPH=examples/shop.ts deno task materialize`. */
export const graph = build([tills, takings, report]);
