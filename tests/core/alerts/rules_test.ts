import { assertEquals, assertThrows } from "@std/assert";
import { type AnyAsset, type Asset, definer, from } from "../../../core/asset.ts";
import type { Check, Severity } from "../../../core/check.ts";
import { HOUR, iso, MINUTE } from "../../../core/instant.ts";
import { identity } from "../../../core/mapping.ts";
import type { Output } from "../../../core/output.ts";
import { daily, type DailySet } from "../../../core/partition/time_set.ts";
import { SourceHealth } from "../../../core/source_health.ts";
import { LifeSign } from "../../../core/alerts/life_sign.ts";
import { alert } from "../../../core/alerts/rules.ts";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { fakeClock } from "../../fake_clock.ts";
import { NOON } from "../lab.ts";
import { type Desk, desk } from "./desk.ts";

const { asset } = definer<null>();
const { signal } = new AbortController();
const days = daily({ start: "2024-01-29" });
const FRESH = { within: { hours: 15 }, warn: { hours: 14 }, after: "partition-end" } as const;

/** The contents of days, `!` in the place of one that cannot be made. */
type Contents = Record<string, string>;

function making(of: Contents) {
  return {
    batch: { most: 10 },
    async *materialize({ partitions }: { partitions: Iterable<{ ordinal: number; key: string | null }> }) {
      await null;
      yield [...partitions].map(({ ordinal: partition, key }) => {
        const dataVersion = of[key ?? "-"] ?? "1";
        return dataVersion === "!"
          ? { partition, error: "found nothing" }
          : { partition, dataVersion } as Output;
      });
    },
  };
}

/** Fails what is "bad", in cities where the content names some. */
function judging(
  severity: Severity,
  of: { readonly against?: string; readonly name?: string } = {},
): Check<null> {
  const { name = "good", against } = of;
  return {
    checks: [{ name, severity, ...(against !== undefined && { against }) }],
    run: ({ outputs }) =>
      Promise.resolve(outputs.map(({ partition, key, dataVersion }) => {
        const [word, ...cities] = dataVersion.split(" ");
        const subjects = Object.fromEntries(cities.map((city) => [city, `${city} on ${key}`]));
        return {
          check: name,
          partition,
          passed: word !== "bad",
          detail: "found bad",
          ...(cities.length > 0 && { subjects }),
        };
      })),
  };
}

Deno.test("a failure is one episode of its asset, however many partitions fail, until none does", async () => {
  const of: Contents = { "2024-01-29": "!", "2024-01-30": "!" };
  const one = asset({ key: "t/one", partitions: days, ...making(of) });
  const { told, materialize, open } = await desk([one]);
  assertEquals(await told(), []);
  await materialize();
  assertEquals(await told(), [
    "opened failure t/one: 2 partitions (2024-01-29 … 2024-01-30) failed: found nothing",
  ]);
  assertEquals([await told(), await open()], [[], ["failure t/one"]]);
  of["2024-01-29"] = "1";
  await materialize();
  assertEquals(await told(), []);
  of["2024-01-30"] = "1";
  await materialize();
  assertEquals(await told(), [
    "closed failure t/one: over after 0 min: 1 partition (2024-01-30) failed: found nothing",
  ]);
});

Deno.test("what a gate holds back is a promotion; what fails above it by an error is that failure alone", async () => {
  const of: Contents = { "2024-01-30": "bad" };
  const dev = asset({ key: "t/dev", partitions: days, ...making(of), checks: [judging("blocking")] });
  const gate = { against: "dev", name: "equals" };
  const prodOf: Contents = { "2024-01-29": "bad" };
  const prod = asset({
    key: "t/prod",
    partitions: days,
    deps: { dev: from(dev, identity, { mode: "order" }) },
    ...making(prodOf),
    checks: [judging("blocking", gate)],
  });
  const { told, materialize } = await desk([dev, prod]);
  await materialize();
  assertEquals(await told(), [
    'opened promotion t/prod: held back: 2 partitions (2024-01-29 … 2024-01-30): check "equals" failed: found bad',
    'opened check t/dev: not published: 1 partition (2024-01-30): check "good" failed: found bad',
  ]);
  Object.assign(of, { "2024-01-30": "!" });
  Object.assign(prodOf, { "2024-01-29": "1" });
  await materialize();
  assertEquals((await told()).map((line) => line.split(":")[0]), [
    "opened failure t/dev",
    "closed promotion t/prod",
    "closed check t/dev",
  ]);
});

Deno.test("late is a warning, then an error of the same episode, told once", async () => {
  const of: Contents = {};
  const one = asset({ key: "t/one", partitions: days, ...making(of), freshness: FRESH });
  const { told, materialize, clock, state, alerter } = await desk([one]);
  await materialize();
  // The day that ends at midnight is wanted by 14:00, and promised by 15:00.
  clock.suspend(26 * HOUR - 1);
  assertEquals(await told(), []);
  assertEquals(iso(alerter.wakes), "2024-02-02T14:00:00.001Z");
  clock.suspend(2);
  assertEquals(await told(), [
    "opened late t/one: late: 1 partition (2024-02-01) not fresh 14 hours after the end",
  ]);
  clock.suspend(HOUR);
  assertEquals(await told(), []);
  assertEquals((await state.alerts.open()).map(({ severity, message }) => [severity, message]), [
    ["error", "late: 1 partition (2024-02-01) not fresh 15 hours after the end"],
  ]);
  await materialize();
  assertEquals(await told(), [
    "closed late t/one: over after 60 min: late: 1 partition (2024-02-01) not fresh 15 hours after the end"
      .replace("60 min", "1 h 0 min"),
  ]);
});

Deno.test("a backfill of old days makes none late between, and hides none that is", async () => {
  const partitions = daily({ start: "2024-01-01" });
  const one = asset({
    key: "t/one",
    partitions,
    ...making({}),
    freshness: { within: FRESH.within, after: FRESH.after },
  });
  const { told, materialize, orchestrator } = await desk([one], { rules: [alert.late({ latest: 3 })] });
  const lookbackDays = 7;
  await materialize({ from: "2024-01-29", to: "2024-01-31", lookbackDays });
  await materialize({ partitions: ["2024-01-05"], lookbackDays });
  assertEquals(await told(), []);
  await orchestrator.wipe({ assets: new Set(["t/one"]), partitions: ["2024-01-30"], lookbackDays });
  assertEquals((await told()).map((line) => line.slice(0, 55)), [
    "opened late t/one: late: 1 partition (2024-01-30) not f",
  ]);
});

Deno.test("what is to be warned of comes before the promise is broken", () => {
  const freshness = { within: { minutes: 60 }, warn: { hours: 1 }, after: "partition-end" } as const;
  assertThrows(
    () => asset({ key: "t/one", partitions: days, ...making({}), freshness }),
    TypeError,
    'declaring "t/one": freshness.warn is 60 minutes, wanted less than within: 60 minutes',
  );
});

Deno.test("what is late and being made is told only where it goes on", async () => {
  const one = asset({ key: "t/one", partitions: days, ...making({}), freshness: FRESH });
  const { told, materialize, clock, state, open } = await desk([one]);
  await materialize();
  await clock.advance(28 * HOUR);
  const ranges = [{ asset: "t/one", from: "2024-02-01", to: "2024-02-01" }];
  const { run } = await state.enqueue({ command: "materialize", ranges, key: "one" }, clock.now());
  assertEquals(await told(), []);
  await clock.advance(14 * MINUTE);
  assertEquals(await told(), []);
  await clock.advance(MINUTE);
  assertEquals((await told()).length, 1);
  await state.cancel(run, clock.now());
  assertEquals([await told(), await open()], [[], ["late t/one"]]);
});

Deno.test("what waits for what is being made is told only where that goes on", async () => {
  const raw = asset({ key: "t/raw", partitions: days, ...making({}) });
  const common = { partitions: days, ...making({}) };
  const dev = asset({ key: "t/dev", deps: { raw: from(raw, identity) }, ...common });
  const prod = asset({ key: "t/prod", deps: { dev: from(dev, identity) }, ...common, freshness: FRESH });
  const { told, materialize, clock, state } = await desk([raw, dev, prod]);
  await materialize();
  await clock.advance(28 * HOUR);
  const ranges = [{ asset: "t/raw", from: "2024-02-01", to: "2024-02-01" }];
  await state.enqueue({ command: "materialize", ranges }, clock.now());
  assertEquals(await told(), []);
  await clock.advance(15 * MINUTE);
  assertEquals((await told()).length, 1);
});

/** Days that read those of another asset, and are to be fresh. */
function martOf(raw: Asset<null, DailySet>) {
  return asset({
    key: "t/mart",
    partitions: days,
    deps: { raw: from(raw, identity) },
    ...making({}),
    freshness: FRESH,
  });
}

/** A desk over assets of which a source feeds the first. */
async function fedDesk(raw: AnyAsset, ...others: readonly AnyAsset[]) {
  const sources: { health: SourceHealth; asset: string }[] = [];
  const opened = await desk([raw, ...others], { sources });
  const health = new SourceHealth("api", opened.state.keyValue, opened.clock);
  sources.push({ health, asset: raw.key });
  return { ...opened, health };
}

Deno.test("lateness under a source that is down is muted, also while it is caught up with, then told", async () => {
  const raw = asset({ key: "t/raw", partitions: days, ...making({}) });
  const other = asset({ key: "t/other", partitions: days, ...making({}), freshness: FRESH });
  const { told, materialize, clock, health } = await fedDesk(raw, martOf(raw), other);
  await materialize();
  await clock.advance(28 * HOUR);
  await health.failed("found nobody there", true);
  assertEquals((await told()).map((line) => line.split(":")[0]), [
    "opened source api",
    "opened late t/other",
  ]);
  await clock.advance(MINUTE);
  await health.answered();
  assertEquals((await told()).map((line) => line.split(":")[0]), ["closed source api"]);
  await clock.advance(59 * MINUTE);
  assertEquals(await told(), []);
  await clock.advance(MINUTE);
  assertEquals((await told()).map((line) => line.split(":")[0]), ["opened late t/mart"]);
});

Deno.test("after a source is back nothing that it feeds is late as long as it is asked for what it owes, a day at most", async () => {
  const raw = asset({ key: "t/raw", partitions: days, ...making({}) });
  const { told, materialize, clock, state, health } = await fedDesk(raw, martOf(raw));
  await materialize();
  await health.failed("found nobody there", true);
  const heads = async () => (await told()).map((line) => line.split(":")[0]);
  assertEquals(await heads(), ["opened source api"]);
  await clock.advance(28 * HOUR);
  await health.answered();
  const ranges = [{ asset: "t/raw", from: "2024-02-01", to: "2024-02-01" }];
  const { run } = await state.enqueue({ command: "materialize", ranges }, clock.now());
  assertEquals(await heads(), ["closed source api"]);
  for (let hour = 0; hour < 5; hour++) {
    await clock.advance(HOUR);
    assertEquals(await heads(), []);
  }
  await state.cancel(run, clock.now());
  assertEquals(await heads(), ["opened late t/mart"], "nobody asks any more");
});

Deno.test("what stands and is made stale is late once it is stale for as long as is promised, whoever looks", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON);
  const of: Contents = {};
  const raw = asset({ key: "t/raw", partitions: days, ...making(of) });
  const mart = martOf(raw);
  const opened = (worker: string) => desk([raw, mart], {}, { store, clock, worker });
  const one = await opened("a");
  await one.materialize();
  const change = async (version: string) => {
    of["2024-01-29"] = version;
    await one.materialize({ assets: new Set(["t/raw"]), force: true });
  };
  // Every ten hours another row of the day comes, and it is made again in its time.
  for (const version of ["2", "3", "4"]) {
    await change(version);
    assertEquals(await one.told(), []);
    await clock.advance(10 * HOUR);
    assertEquals(await one.told(), []);
    await one.materialize();
    assertEquals(await one.told(), []);
  }
  await change("5");
  assertEquals(await one.told(), []);
  await clock.advance(13 * HOUR);
  const other = await opened("b");
  assertEquals(await other.told(), []);
  await clock.advance(HOUR + MINUTE);
  assertEquals(await other.told(), [
    "opened late t/mart: late: 1 partition (2024-01-29) not fresh 14 hours after the end",
  ]);
  await one.materialize();
  assertEquals((await other.told()).length, 1);
  // Seen by a clock that ran ahead: it counts from when that is set right.
  clock.suspend(30 * HOUR);
  await one.materialize();
  await change("6");
  await one.told();
  clock.suspend(-30 * HOUR);
  assertEquals(await one.told(), []);
  clock.suspend(15 * HOUR + MINUTE);
  assertEquals((await one.told()).length, 1);
});

Deno.test("lateness that was told stays as it is while its source is down", async () => {
  const raw = asset({ key: "t/raw", partitions: days, ...making({}), freshness: FRESH });
  const { told, materialize, clock, open, health } = await fedDesk(raw);
  await materialize();
  await clock.advance(28 * HOUR);
  assertEquals((await told()).length, 1);
  await health.failed("found nobody there", true);
  assertEquals([(await told()).length, await open()], [1, ["late t/raw", "source api"]]);
});

Deno.test("checks of what stands are told by asset; those that name cities, by city, over two days", async () => {
  const of: Contents = { "2024-01-29": "bad", "2024-01-31": "bad Hue Hanoi" };
  const one = asset({
    key: "t/one",
    partitions: daily({ start: "2024-01-29", open: true }),
    ...making(of),
    checks: [judging("warning"), judging("warning", { name: "pm25" })],
  });
  const { told, materialize, clock } = await desk([one]);
  await materialize();
  assertEquals(await told(), [
    'opened check t/one: check "good" failed of 2 partitions (2024-01-29, 2024-01-31): found bad',
    "opened pm25 Hue: Hue on 2024-01-31",
    "opened pm25 Hanoi: Hanoi on 2024-01-31",
  ]);
  of["2024-02-01"] = "bad Hue";
  await materialize({ force: true });
  assertEquals(await told(), []);
  clock.suspend(12 * HOUR);
  assertEquals((await told()).map((line) => line.split(":")[0]), ["closed pm25 Hanoi"]);
  clock.suspend(24 * HOUR);
  assertEquals((await told()).map((line) => line.split(":")[0]), ["closed pm25 Hue"]);
});

Deno.test("rules look at the assets, groups, checks and severities that they name", async () => {
  const bad: Contents = { "2024-01-29": "bad" };
  const [one, two] = ["a/one", "b/two"].map((key) =>
    asset({
      key,
      partitions: days,
      ...making(bad),
      checks: [judging("warning"), judging("warning", { name: "other" })],
    })
  );
  const found = async (rule: ReturnType<typeof alert.check>) => {
    const { told, materialize } = await desk([one!, two!], { rules: [rule] });
    await materialize();
    return (await told()).map((line) => line.replace(/ failed of.*?: found bad/g, ""));
  };
  const both = ["a/one", "b/two"];
  const told = (keys: readonly string[], checks: readonly string[]) =>
    keys.map((key) => `opened check ${key}: ${checks.map((name) => `check "${name}"`).join("; ")}`);
  assertEquals(await found(alert.check()), told(both, ["good", "other"]));
  assertEquals(await found(alert.check({ checks: ["other"] })), told(both, ["other"]));
  assertEquals(await found(alert.check({ except: ["other"], groups: ["b"] })), told(["b/two"], ["good"]));
  assertEquals(await found(alert.check({ assets: ["a/one"] })), told(["a/one"], ["good", "other"]));
  assertEquals(await found(alert.check({ severity: "blocking" })), []);
  assertEquals(await found(alert.check({ latest: 3 })), told(both, ["good", "other"]));
  assertEquals(await found(alert.check({ latest: 2 })), []);
});

Deno.test("sensors are told one by one", async () => {
  const sensors = [{ subject: "7", message: "sensor 7 is set aside" }];
  const raw = asset({ key: "t/raw", partitions: days, ...making({}) });
  const sources: { health: SourceHealth; asset: string }[] = [];
  const { told, state, clock } = await desk([raw], { sources, sensors: () => Promise.resolve([...sensors]) });
  sources.push({ health: new SourceHealth("api", state.keyValue, clock), asset: "t/raw" });
  assertEquals(await told(), ["opened sensor 7: sensor 7 is set aside"]);
  sensors.push({ subject: "8", message: "sensor 8 is set aside" });
  assertEquals(await told(), ["opened sensor 8: sensor 8 is set aside"]);
  sensors.splice(0, 1);
  assertEquals(await told(), ["closed sensor 7: over after 0 min: sensor 7 is set aside"]);
});

Deno.test("a sensor or automation that fails three times in a row, and a schedule that fails, is one episode until it goes well", async () => {
  const automations = { schedules: ["noon"], sensors: ["arrivals"] };
  const store = memoryStore();
  const { told, state, clock } = await desk([], { automations }, { store });
  const tick = async (name: string, outcome: "failed" | "skipped" | "requested", detail = "") => {
    clock.suspend(MINUTE);
    await state.noteTick({ name, at: clock.now(), outcome, detail, runs: [] });
  };
  for (const name of ["arrivals", "automation"]) {
    const rule = name === "arrivals" ? "sensor" : "failure";
    await tick(name, "skipped");
    for (const detail of ["no", "not yet"]) await tick(name, "failed", detail);
    assertEquals(await told(), []);
    await tick(name, "failed", "found no door");
    assertEquals(await told(), [`opened ${rule} ${name}: its last 3 ticks failed: found no door`]);
    await tick(name, "failed", "found no door");
    assertEquals(await told(), []);
    await tick(name, "skipped");
    assertEquals(await told(), [
      `closed ${rule} ${name}: over after 2 min: its last 3 ticks failed: found no door`,
    ]);
  }
  await tick("noon", "failed", "found no hour");
  assertEquals(await told(), ["opened failure noon: its last tick failed: found no hour"]);
  // Who does not have it, such as the daemon of another pipeline, does not end it.
  const other = await desk([], {}, { store, worker: "b" });
  await other.told();
  assertEquals(await other.open(), ["failure noon"]);
  await tick("noon", "requested");
  assertEquals((await told()).map((line) => line.slice(0, 19)), ["closed failure noon"]);
});

Deno.test("who was to ask again and did not is missed by whoever looks, until somebody asks", async () => {
  const { alerter, open, state, clock } = await desk([]);
  const life = new LifeSign(state.keyValue, "ticks");
  const looked = async () => {
    await alerter.look(signal);
    return await open();
  };
  await life.beat({ at: NOON, due: NOON + HOUR });
  clock.suspend(HOUR + 5 * MINUTE);
  assertEquals(await looked(), []);
  clock.suspend(1);
  assertEquals(await looked(), ["daemon daemon"]);
  assertEquals(
    (await state.alerts.open())[0]!.message,
    "nobody asked for what was due at 2024-02-01T13:00:00Z: last seen at 2024-02-01T12:00:00Z",
  );
  await life.beat({ at: clock.now(), due: clock.now() + HOUR });
  assertEquals(await looked(), []);
  // What was due already was being asked for.
  await life.beat({ at: clock.now(), due: NOON });
  clock.suspend(5 * MINUTE);
  assertEquals(await looked(), []);
  // One that ends as it is to is not missed, nor is one that has nothing to ask for.
  await life.rest();
  clock.suspend(9 * HOUR);
  assertEquals(await looked(), []);
  await life.beat({ at: clock.now(), due: Infinity });
  clock.suspend(9 * HOUR);
  assertEquals(await looked(), []);
});

for (const end of ["asks", "dies"]) {
  Deno.test(`a daemon that lives and lost the lead is told of once, until it ${end}`, async () => {
    const store = memoryStore();
    const { told, state } = await desk([], {}, { store });
    const stopped = memoryState(store, "stopped");
    await stopped.lead("ticks", NOON);
    await state.lead("ticks", NOON + HOUR, await stopped.leader("ticks"));
    assertEquals(await told(), [
      "opened daemon daemon: the daemon has not answered since 2024-02-01T12:00:00Z: another asks for what is due " +
      "in its place, and what it was at work on waits for it to go on or to end",
    ]);
    assertEquals(await told(), []);
    if (end === "asks") await stopped.lead("ticks", NOON);
    else store.kill("stopped");
    assertEquals((await told()).map((line) => line.slice(0, 20)), ["closed daemon daemon"]);
  });
}
Deno.test("where the lake lives faster than the machine, work and daemons have the machine's time", async () => {
  const one = asset({ key: "t/one", partitions: days, ...making({}), freshness: FRESH });
  const { alerter, open, materialize, state, clock } = await desk([one], { speed: 720 });
  await materialize();
  clock.suspend(28 * HOUR);
  const ranges = [{ asset: "t/one", from: "2024-02-01", to: "2024-02-12" }];
  await state.enqueue({ command: "materialize", ranges }, clock.now());
  await new LifeSign(state.keyValue, "ticks t").beat({ at: clock.now(), due: clock.now() });
  await alerter.look(signal);
  await clock.advance(50 * HOUR);
  await alerter.look(signal);
  assertEquals(await open(), []);
  await clock.advance(131 * HOUR);
  await alerter.look(signal);
  assertEquals(await open(), ["daemon daemon"]);
  // Who follows tells of all else from then on.
  await clock.advance(181 * HOUR);
  await alerter.look(signal);
  assertEquals((await open()).sort(), ["daemon daemon", "late t/one"]);
});

Deno.test("a tick is a sign of life, a look beside it is none, and an end takes it along", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON);
  const desks = (worker: string) => desk([], { due: () => clock.now() + HOUR }, { store, clock, worker });
  const [leader, follower] = [await desks("a"), await desks("b")];
  await leader.alerter.tick(signal);
  await follower.alerter.look(signal);
  clock.suspend(2 * HOUR);
  await follower.alerter.look(signal);
  assertEquals(await follower.open(), ["daemon daemon"]);
  // The leader was asleep: it sees what was missed, asks, and it is over.
  await leader.alerter.tick(signal);
  await follower.alerter.look(signal);
  assertEquals(await follower.open(), []);
  for (const end of [() => leader.alerter.settle(signal), () => leader.alerter.close()]) {
    await leader.alerter.tick(signal);
    await end();
    clock.suspend(9 * HOUR);
    await follower.alerter.look(signal);
    assertEquals(await follower.open(), []);
  }
});

Deno.test("a daemon alone on a machine that slept tells nobody that it was missed", async () => {
  const clock = fakeClock(NOON);
  const { alerter, told } = await desk([], { due: () => clock.now() + MINUTE }, { clock });
  await alerter.tick(signal);
  clock.suspend(HOUR);
  await alerter.tick(signal);
  assertEquals(await told(), []);
});

Deno.test("who ends takes no sign of life of another along", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON);
  const desks = (worker: string) => desk([], { due: () => clock.now() + HOUR }, { store, clock, worker });
  const [before, leader, follower] = [await desks("a"), await desks("b"), await desks("c")];
  await before.alerter.tick(signal);
  clock.suspend(MINUTE);
  await leader.alerter.tick(signal);
  await follower.alerter.look(signal);
  for (const { alerter } of [before, follower]) await alerter.close();
  clock.suspend(2 * HOUR);
  const last = await desks("d");
  await last.alerter.look(signal);
  assertEquals(await last.open(), ["daemon daemon"]);
});

Deno.test("a beat is written once a minute, or when something else is due next", async () => {
  const { state } = await desk([]);
  const life = new LifeSign(state.keyValue, "ticks");
  const version = async () => (await state.keyValue.get("daemon/life_sign"))?.version;
  await life.beat({ at: NOON, due: NOON + HOUR });
  const first = await version();
  await life.beat({ at: NOON + 1_000, due: NOON + HOUR });
  assertEquals(await version(), first);
  await life.beat({ at: NOON + MINUTE, due: NOON + HOUR });
  const second = await version();
  await life.beat({ at: NOON + MINUTE, due: NOON + 2 * HOUR });
  assertEquals(new Set([first, second, await version()]).size, 3);
});

Deno.test("who follows tells nothing that the leader judges otherwise, whatever its own code says", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON);
  const promising = (code: string, hours: number) =>
    asset({
      key: "t/days",
      code,
      partitions: days,
      freshness: { within: { hours }, after: "partition-end" },
      async *materialize({ partitions }) {
        await null;
        yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
      },
    });
  const desks = (code: string, hours: number, worker: string) =>
    desk([promising(code, hours)], { due: () => clock.now() + HOUR }, { store, clock, worker });
  const strict = await desks("1", 1, "strict");
  const lenient = await desks("1", 99, "lenient");
  await strict.materialize({ all: false, partitions: ["2024-01-29"] });
  const told = async (leader: Desk, follower: Desk) => {
    await leader.alerter.tick(signal);
    await follower.alerter.look(signal);
    return await leader.open();
  };
  assertEquals(await told(strict, lenient), ["late t/days"]);
  assertEquals(await told(strict, lenient), ["late t/days"]);
  assertEquals(await told(lenient, strict), []);
  // Other code is registered: who leads with the older one begins and ends nothing of that asset.
  await clock.advance(MINUTE);
  assertEquals(await told(strict, lenient), ["late t/days"]);
  const newer = await desks("2", 99, "newer");
  assertEquals(await told(strict, newer), ["late t/days"]);
  assertEquals(await told(newer, strict), []);
  assertEquals(await told(strict, newer), []);
  assertEquals((await newer.state.alerts.episodes(9)).length, 2);
});
