import { assertEquals } from "@std/assert";
import { definer, from } from "../../../core/asset.ts";
import { DAY, HOUR } from "../../../core/instant.ts";
import { hoursOfDay, identity } from "../../../core/mapping.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import { fakeClock } from "../../fake_clock.ts";
import { contents, lab, NOON, whole } from "../lab.ts";

const { asset } = definer<null>();
const start = "2024-02-01";

/** Hours that are asked again while they are young, days of them, and a mirror of the days behind a gate. */
function graphOfHours() {
  const calls: string[] = [];
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start }),
    batch: { most: 99, scattered: true },
    due: (window, askedAt) => askedAt < window!.end + HOUR ? window!.end + HOUR : Infinity,
    async *materialize({ partitions }) {
      for (const { ordinal, key } of partitions) {
        calls.push(key!);
        yield [{ partition: ordinal, dataVersion: "1" }];
      }
    },
  });
  const days = asset({
    key: "t/days",
    partitions: daily({ start, open: true }),
    deps: { hours: from(hours, hoursOfDay) },
    async *materialize({ partitions, inputs }) {
      const standing = await inputs.hours!.materializations();
      yield [{ partition: partitions.first.ordinal, dataVersion: `${standing.length} hours` }];
    },
  });
  const mirror = asset({
    key: "t/mirror",
    partitions: daily({ start, open: true }),
    deps: { hours: from(hours, hoursOfDay), days: from(days, identity, { mode: "order" }) },
    ...contents({}),
  });
  return { calls, assets: [hours, days, mirror] };
}

Deno.test("a clock that ran ahead leaves no livelock, and no day without one of its hours", async () => {
  const { calls, assets } = graphOfHours();
  const ahead = await lab(assets, { clock: fakeClock(NOON + 3 * HOUR, { auto: true }) });
  await ahead.materialize({ from: start });
  const right = await lab(assets, { store: ahead.store, lake: ahead.lake, worker: "b" });
  await right.orchestrator.wipe({
    assets: new Set(["t/hours"]),
    partitions: ["2024-02-01T07"],
    lookbackDays: 7,
    exact: true,
  });
  calls.length = 0;
  const { status, errors } = await right.materialize({ from: start });
  assertEquals([status, errors], ["succeeded", []]);
  assertEquals(calls.filter((key) => key === "2024-02-01T07"), ["2024-02-01T07"]);
  assertEquals(await right.plan({ from: start }), []);

  await right.orchestrator.wipe({
    assets: new Set(["t/hours"]),
    partitions: ["2024-02-01T07"],
    lookbackDays: 7,
    exact: true,
  });
  const days = await right.materialize({ assets: new Set(["t/days", "t/mirror"]), from: start, force: true });
  assertEquals([days.counts.materialized, days.counts.blocked], [0, 2]);
});

Deno.test("an answer from a time that has not come is due to be asked again", async () => {
  const { assets } = graphOfHours();
  const ahead = await lab(assets, { clock: fakeClock(NOON + 30 * DAY, { auto: true }) });
  await ahead.materialize({ from: start, to: "2024-02-01" });
  const right = await lab(assets, { store: ahead.store, lake: ahead.lake, worker: "b" });
  assertEquals(await right.plan({ from: start }), ["t/hours 2024-02-01T00..2024-02-01T11 stale"]);
  assertEquals(await right.causes("t/hours"), ["source was asked at a time that has not come yet"]);
  await right.materialize({ from: start });
  assertEquals(await right.plan({ from: start }), []);
});

Deno.test("a clock that is set back takes the partitions with it", async () => {
  const { assets } = graphOfHours();
  let now = NOON + 5 * HOUR;
  const clock = fakeClock(now, { auto: true });
  clock.now = () => now;
  const { orchestrator, materialize, plan } = await lab(assets, { clock });
  await materialize({ from: start });
  now = NOON + HOUR / 2;
  await materialize({ from: start });
  assertEquals(await plan({ from: start }), []);
  const [hours] = await orchestrator.status(whole(new Set(["t/hours"])));
  assertEquals(hours!.partitions.total, 12);
});

Deno.test("a run goes on with the partitions that existed when it began", async () => {
  const { assets } = graphOfHours();
  let now = NOON - 1;
  const clock = fakeClock(now, { auto: true });
  clock.now = () => now;
  const { materialize, plan, state } = await lab(assets, {
    clock,
    state: (state) =>
      new Proxy(state, {
        get: (target, name) => {
          if (name === "commit") now = NOON + 1;
          const member = Reflect.get(target, name);
          return typeof member === "function" ? member.bind(target) : member;
        },
      }),
  });
  const { status, counts } = await materialize({ from: start });
  assertEquals([status, counts.blocked], ["succeeded", 0]);
  const [day] = await state.materializations("t/days", [{ from: 0, to: 99_999 }]);
  assertEquals(day!.event.dataVersion, "11 hours");
  assertEquals(await plan({ from: start }), [
    "t/hours 2024-02-01T11 missing",
    "t/days 2024-02-01 stale",
    "t/mirror 2024-02-01 stale",
  ]);
});
