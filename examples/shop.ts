import {
  type AlertRule,
  count,
  daily,
  daysOfMonth,
  definer,
  from,
  graph as build,
  hourly,
  hoursOfDay,
  monthly,
  schedule,
  sensor,
  sourceFile,
} from "../core/mod.ts";

const { asset } = definer<unknown>();

/** The takings of a till in an hour, in cents: an asset that makes its own data. */
const tills = asset({
  key: "shop/tills",
  sources: [sourceFile(import.meta.url)],
  partitions: hourly({ start: "2026-01-01", timeZone: "Europe/Berlin" }),
  batch: { most: 1000 },
  async *materialize({ partitions }) {
    yield [...partitions].map(({ ordinal }) => output(ordinal, (ordinal * 7919) % 500));
  },
});

/** A day's takings: 23, 24 or 25 hours of them. */
const takings = asset({
  key: "shop/takings",
  sources: [sourceFile(import.meta.url)],
  partitions: daily({ start: "2026-01-01", timeZone: "Europe/Berlin" }),
  deps: { hours: from(tills, hoursOfDay) },
  batch: { most: 400 },
  async *materialize({ partitions, inputs }) {
    const hours = await inputs.hours.materializations(); // one query for the whole batch
    for (const { ordinal } of partitions) yield [output(ordinal, sum(hours, inputs.hours.members(ordinal)))];
  },
});

/** A month's takings. */
const report = asset({
  key: "shop/report",
  sources: [sourceFile(import.meta.url)],
  partitions: monthly({ start: "2026-01-01", timeZone: "Europe/Berlin" }),
  deps: { days: from(takings, daysOfMonth) },
  async *materialize({ partitions, inputs }) {
    const days = await inputs.days.materializations();
    const { ordinal } = partitions.first;
    yield [output(ordinal, sum(days, inputs.days.members(ordinal)))];
  },
});

const output = (partition: number, cents: number) => ({
  partition,
  dataVersion: String(cents),
  metadata: { cents: { type: "number" as const, value: cents } },
});

interface Takings {
  readonly partition: number;
  readonly dataVersion: string;
}

/** The cents of those that lie in the ranges. */
function sum(all: readonly Takings[], ranges: readonly { from: number; to: number }[]): number {
  return all.filter(({ partition }) => ranges.some(({ from, to }) => from <= partition && partition <= to))
    .reduce((cents, { dataVersion }) => cents + Number(dataVersion), 0);
}

/** A graph with nothing of air quality in it: `GRAPH=examples/shop.ts deno task materialize`. */
export const graph = build([tills, takings, report]);

/** Hours that were counted once more: whoever puts `recounts/2026-11-29T07+01:00` into the lake asks for that hour. */
const recounts = sensor({
  name: "shop/recounts",
  every: { minutes: 1 },
  async sense({ files, cursor }) {
    const found = (await files.list("recounts")).filter((path) => path > String(cursor ?? ""));
    const hours = found.map((path) => path.slice("recounts/".length));
    return {
      requests: hours.map((hour) => ({
        key: hour,
        selection: ["shop/tills"],
        partitions: [hour],
        force: true,
      })),
      cursor: found.at(-1), // the next call is given it, once these runs are queued
    };
  },
});

/** When the shop closes, last week's takings are brought up to date. */
const closing = schedule({
  name: "shop/closing",
  cron: "0 22 * * 1-6",
  timeZone: "Europe/Berlin",
  selection: ["+shop/report"],
});

/** People are told of it while more than a month of hours waits to be counted. */
const queue: AlertRule = {
  name: "queue",
  async find({ atWork }) {
    const hours = count((await atWork()).get("shop/tills") ?? []);
    if (hours <= 744) return [];
    return [{ subject: "shop/tills", severity: "warning", message: `${hours} hours wait to be counted` }];
  },
};

export const schedules = [closing];
export const sensors = [recounts];
export const rules = [queue];
