import {
  all,
  daily,
  definer,
  from,
  graph as build,
  identity,
  schedule,
  sensor,
  sourceFile,
  staticKeys,
} from "../../core/mod.ts";

const { asset } = definer<unknown>();

const DAY = 86_400_000;
/** The first day, and by how many days another is after it. */
const start = Deno.env.get("FIRST_DAY") ?? new Date(Date.now() - 40 * DAY).toISOString().slice(0, 10);
const after = (key: string | null) => Math.round((Date.parse(key!) - Date.parse(start)) / DAY);
/** The content of what is made: another one makes stale what reads it. */
const harvest = Deno.env.get("HARVEST") ?? "1";

const days = daily({ start });
const common = { sources: [sourceFile("troubled_graph.ts")], batch: { most: 4 } };
const promise = { within: { seconds: 2 }, after: "partition-end" } as const;

/** Grain by the day; that of one day is mouldy each time, and it is late. */
const grain = asset({
  key: "mill/grain",
  description: "Grain as it is brought, by the day. One day's is mouldy.",
  partitions: days,
  freshness: promise,
  ...common,
  async *materialize({ partitions, log }) {
    await null;
    log.info("weighing", { days: partitions.count });
    yield [...partitions].map(({ ordinal, key }) =>
      after(key) === 36
        ? { partition: ordinal, error: "found grain that is mouldy, wanted grain that is dry" }
        : {
          partition: ordinal,
          dataVersion: harvest,
          rows: 100 + after(key),
          metadata: {
            weight: { type: "number", value: 900 + 7 * after(key) },
            took: { type: "seconds", value: 0.5 + after(key) / 10 },
            carts: { type: "table", value: [{ cart: "a <b>", sacks: 3 }, { cart: "c & d", sacks: null }] },
          },
        }
    );
  },
});

/** Flour, whose checks find one day too coarse to be published, and another a little coarse. */
const flour = asset({
  key: "mill/flour",
  description: "Flour of the day's grain.",
  partitions: days,
  deps: { grain: from(grain, identity) },
  freshness: promise,
  contract: {
    columns: [{ name: "weight", type: "float64", unit: "kg", nullable: false, limits: [0, 10_000] }],
    partitionColumns: [{ name: "day", type: "date32", nullable: false }],
    key: ["day"],
  },
  ...common,
  checks: [{
    checks: [{ name: "fine", severity: "blocking" }, { name: "white", severity: "warning" }],
    run: ({ outputs }) =>
      Promise.resolve(outputs.flatMap(({ partition, key }) => [
        answer("fine", partition, after(key) !== 37, "found grains of 0.4 mm, wanted at most 0.2 mm"),
        answer("white", partition, after(key) % 3 !== 0, "found it grey, wanted it white"),
      ])),
  }],
  async *materialize({ partitions, inputs }) {
    const read = await inputs.grain.materializations();
    for (const { ordinal } of partitions) {
      const of = read.find(({ partition }) => partition === ordinal);
      yield [{ partition: ordinal, dataVersion: `flour of ${of?.dataVersion}`, rows: of?.rows ?? 0 }];
    }
  },
});

const answer = (check: string, partition: number, passed: boolean, detail: string) => ({
  check,
  partition,
  passed,
  ...(!passed && { detail }),
});

/** Towns with names that are hard to write in addresses and pages. */
const towns = asset({
  key: "bakery/towns",
  description: "What each town ordered.",
  partitions: staticKeys(["Hà Nội", "Hội An & Huế", "a/b?c=d#e", "<i>100 %</i>"]),
  ...common,
  async *materialize({ partitions }) {
    await null;
    yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: harvest, rows: 1 }));
  },
});

/** An oven that bakes until it is told to end. */
const oven = asset({
  key: "bakery/oven",
  description: "Bread, which takes its time.",
  ...common,
  async *materialize({ progress, signal, log }) {
    log.info("heating");
    log.warn("the door does not close");
    progress(3, 10, "loaves");
    await new Promise<void>((resolve) => {
      const still = setInterval(() => {}, 1_000);
      signal.addEventListener("abort", () => resolve(clearInterval(still)));
    });
    yield [];
    throw signal.reason;
  },
});

/** Bread for every town. */
const bread = asset({
  key: "bakery/bread",
  deps: { oven: from(oven, all), towns: from(towns, all) },
  ...common,
  async *materialize() {
    yield await Promise.resolve([{ partition: 0, dataVersion: "1" }]);
  },
});

export const graph = build([grain, flour, towns, oven, bread]);

export const schedules = [
  schedule({ name: "mill/nightly", cron: "0 2 * * *", timeZone: "UTC", selection: ["mill/grain"] }),
];
export const sensors = [
  sensor({
    name: "bakery/carts",
    every: { seconds: 2 },
    sense() {
      throw new Error("found the road flooded, wanted it dry");
    },
  }),
];
