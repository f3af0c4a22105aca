import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { type AnyAsset, definer, from } from "../../../core/asset.ts";
import { eager } from "../../../core/automation/presets.ts";
import { Ticker, type Ticking } from "../../../core/automation/ticker.ts";
import { WrongUseError } from "../../../core/errors.ts";
import type { DaemonNews } from "../../../core/daemon/news.ts";
import { Pulse } from "../../../core/daemon/pulse.ts";
import { serve } from "../../../core/daemon/serve.ts";
import { HOUR, MINUTE, SECOND } from "../../../core/instant.ts";
import { hoursOfDay } from "../../../core/mapping.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import type { RunRequest, State } from "../../../core/ports/state.ts";
import { type FakeClock, fakeClock } from "../../fake_clock.ts";
import { type Lab, lab, type LabOptions, NOON } from "../lab.ts";
import { files } from "../run/with_files.ts";

const { asset, external } = definer<null>();
const limits = { steps: 2, pools: { one: 1 } };

interface Served {
  readonly news: DaemonNews[];
  readonly pulse: Pulse;
  /** Resolves once the news hold. */
  until(holds: (news: readonly DaemonNews[]) => unknown): Promise<void>;
  /** Ends it, as by a signal. */
  end(): Promise<void>;
  readonly ended: Promise<void>;
}

/** A daemon over a lab. */
function daemon(
  { orchestrator, clock }: Lab,
  options: {
    readonly grace?: number;
    readonly tickings?: readonly Ticking[];
    readonly speed?: number;
    readonly alarm?: (wake: () => void) => void;
  } = {},
): Served {
  const stop = new AbortController();
  const news: DaemonNews[] = [];
  let look = () => {};
  const cron = { next: () => Infinity };
  const pulse = new Pulse(clock);
  const ended = serve({
    orchestrator,
    tickers: async () => options.tickings ?? [await Ticker.open(orchestrator.session, cron)],
    signal: stop.signal,
    grace: options.grace ?? 30 * SECOND,
    ...(options.speed !== undefined && { speed: options.speed }),
    ...(options.alarm && { alarm: options.alarm }),
    pulse,
    tell: (each) => {
      news.push(each);
      look();
    },
    observe: () => {},
  });
  ended.catch(() => {});
  return {
    news,
    pulse,
    ended,
    until: (holds) =>
      new Promise((resolve) => {
        look = () => void (holds(news) && resolve());
        look();
      }),
    end() {
      stop.abort();
      return ended;
    },
  };
}

const worked = (news: readonly DaemonNews[]) =>
  news.flatMap((each) => each.type === "worked" ? [[each.worked.run, each.worked.outcome.status]] : []);
const types = (news: readonly DaemonNews[]) => news.map(({ type }) => type);

const request = (from: string, to: string, given: Partial<RunRequest> = {}): RunRequest => ({
  command: "materialize",
  ranges: [{ asset: "t/letters", from, to }],
  ...given,
});

/** An asset of letters, each a group of its own; `at` is called before each. */
function letters(at: (key: string, signal: AbortSignal) => unknown): AnyAsset {
  return asset({
    key: "t/letters",
    partitions: staticKeys(["a", "b", "c", "d"]),
    batch: { most: 4 },
    pool: "one",
    async *materialize({ partitions, signal }) {
      for (const { ordinal, key } of partitions) {
        await at(key!, signal);
        yield [{ partition: ordinal, dataVersion: "1" }];
      }
    },
  });
}

const made = async (state: State) =>
  (await state.since(0)).flatMap((event) =>
    event.kind === "materialized" ? [`${event.run}:${event.partition}`] : []
  );

/** Hours that others report, and days that are made of them by themselves. */
async function days(options: LabOptions = {}): Promise<Lab> {
  const hours = external({ key: "t/hours", partitions: hourly({ start: "2024-01-31" }) });
  const made = asset({
    key: "t/days",
    partitions: daily({ start: "2024-01-31" }),
    deps: { hours: from(hours, hoursOfDay) },
    automation: eager(),
    async *materialize({ partitions }) {
      await null;
      yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  return await lab([hours, made], { clock: clock(), ...options });
}

const report = ({ orchestrator }: Lab, day: string, dataVersion = "1") =>
  orchestrator.report(
    "t/hours",
    Array.from({ length: 24 }, (_, hour) => ({
      partition: `${day}T${String(hour).padStart(2, "0")}`,
      dataVersion,
    })),
  );

const clock = (): FakeClock => fakeClock(NOON, { auto: true });

Deno.test("who leads asks for what is to be made, and does it, whenever others wrote", async () => {
  const world = await days();
  const served = daemon(world);
  await served.until((news) => types(news).includes("leads"));
  await report(world, "2024-01-31");
  await served.until((news) => worked(news).length === 1);
  await report(world, "2024-01-31", "2");
  await served.until((news) => worked(news).length === 2);
  assert(served.pulse.leads && served.pulse.silence <= 5 * SECOND);
  await served.end();
  assertEquals(types(served.news), ["leads", "queued", "taken", "worked", "queued", "taken", "worked"]);
  assertEquals(worked(served.news), [[1, "succeeded"], [2, "succeeded"]]);
});

Deno.test("a daemon with nothing to do ends at once, and leaves the lead with its state", async () => {
  const world = await days();
  const served = daemon(world);
  await served.until((news) => types(news).includes("leads"));
  await served.end();
  assertEquals([types(served.news), served.pulse.leads], [["leads"], false]);
  await world.state.close();
  assertEquals(
    (await days({ store: world.store, worker: "b" })).store.leads.get("ticks t")?.worker.alive,
    false,
  );
});

Deno.test("of two daemons one leads and both work; where the leader dies, the other leads within five seconds", async () => {
  const store = memoryStore();
  const time = clock();
  const [a, b] = [await days({ store, clock: time }), await days({ store, clock: time, worker: "b" })];
  const first = daemon(a);
  await first.until((news) => types(news).includes("leads"));
  const second = daemon(b);
  await report(b, "2024-01-31");
  await first.until((news) => types(news).includes("queued"));
  const killed = time.now();
  store.kill("a");
  await second.until((news) => types(news).includes("leads"));
  assert(time.now() - killed <= 5 * SECOND, `found ${time.now() - killed} ms`);
  await report(b, "2024-01-31", "2");
  await second.until((news) => types(news).includes("queued") && types(news).includes("worked"));
  await Promise.all([first.end(), second.end()]);
  const runs = [...worked(first.news), ...worked(second.news)].map(([run]) => run);
  assertEquals(new Set(runs).size, runs.length);
});

Deno.test("what asks for runs and fails is named and tried again later each time; the rest goes on", async () => {
  const time = clock();
  const world = await days({ clock: time, random: () => 1 });
  const at: number[] = [];
  const broken: Ticking = {
    name: "arrivals",
    wakes: Infinity,
    async tick() {
      await null;
      at.push(time.now() - NOON);
      if (at.length < 4) throw new Error("it\nis hunter2");
      return { at: time.now(), runs: [] };
    },
  };
  const ticker = await Ticker.open(world.orchestrator.session, { next: () => Infinity });
  const served = daemon(world, { tickings: [broken, ticker] });
  await report(world, "2024-01-31");
  await served.until((news) => types(news).includes("recovered"));
  await served.end();
  const failing = served.news.filter((each) => each.type === "failing");
  assertEquals(failing.map(({ name, message, after }) => [name, message, after / SECOND]), [
    ["arrivals", "it is ***", 5],
    ["arrivals", "it is ***", 10],
    ["arrivals", "it is ***", 20],
  ]);
  assert(at.every((each, i) => i === 0 || each - at[i - 1]! >= 5 * SECOND * 2 ** (i - 1)), String(at));
  assertEquals(worked(served.news), [[1, "succeeded"]]);
});

Deno.test("a failure that was noted already is told each time, with when it is tried again", async () => {
  const time = clock();
  const world = await days({ clock: time });
  let calls = 0;
  const sensing: Ticking = {
    name: "arrivals",
    get wakes() {
      return calls < 2 ? NOON + calls * MINUTE : Infinity;
    },
    tick() {
      const at = time.now();
      if (at < this.wakes) return Promise.resolve({ at, runs: [] });
      calls++;
      return Promise.resolve({ at, runs: [], failure: `it is ${calls}` });
    },
  };
  const served = daemon(world, { tickings: [sensing] });
  await served.until((news) => types(news).filter((type) => type === "failing").length === 2);
  await served.end();
  assertEquals(served.news.filter(({ type }) => type === "failing" || type === "recovered"), [
    { type: "failing", name: "arrivals", message: "it is 1", after: MINUTE },
    { type: "failing", name: "arrivals", message: "it is 2", after: Infinity },
  ]);
});

Deno.test("what takes long to ask keeps nothing else, and is called again when it has ended", async () => {
  const world = await days();
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const slow: Ticking = {
    name: "slow",
    wakes: Infinity,
    async tick() {
      if (calls++ === 0) await promise;
      return { at: NOON, runs: [] };
    },
  };
  const ticker = await Ticker.open(world.orchestrator.session, { next: () => Infinity });
  const served = daemon(world, { tickings: [slow, ticker] });
  await report(world, "2024-01-31");
  await served.until((news) => worked(news).length === 1);
  assertEquals(calls, 1);
  resolve();
  await report(world, "2024-01-31", "2");
  await served.until((news) => worked(news).length === 2);
  assert(calls > 1);
  await served.end();
});

Deno.test("what cannot be opened is named, and opened later", async () => {
  const world = await days();
  let opened = 0;
  const stop = new AbortController();
  const news: DaemonNews[] = [];
  await serve({
    orchestrator: world.orchestrator,
    tickers: () => ++opened < 3 ? Promise.reject(new Error("no")) : Promise.resolve([]),
    signal: stop.signal,
    grace: 0,
    pulse: new Pulse(world.clock),
    tell: (each) => {
      news.push(each);
      if (opened === 2) world.clock.sleep(MINUTE).then(() => stop.abort());
    },
    observe: () => {},
  });
  assertEquals([types(news), opened], [["leads", "failing", "failing"], 3]);
});

Deno.test("a machine that slept, or a clock that was set, is noticed within five seconds awake", async () => {
  const time = fakeClock(NOON);
  const world = await days({ clock: time });
  const at: number[] = [];
  const ticking: Ticking = {
    name: "watched",
    wakes: NOON + 10 * HOUR,
    tick: () => {
      at.push(time.now());
      return Promise.resolve({ at: time.now(), runs: [] });
    },
  };
  const served = daemon(world, { tickings: [ticking] });
  await served.until((news) => types(news).includes("leads"));
  while (at.length === 0) await time.advance(0);
  time.suspend(11 * HOUR);
  while (!at.some((each) => each > NOON + 10 * HOUR)) await time.advance(SECOND);
  assert(at.find((each) => each > NOON + 10 * HOUR)! <= NOON + 11 * HOUR + 20 * SECOND);
  const ended = served.end();
  await time.advance(0);
  await ended;
});

Deno.test("an alarm wakes what asks for runs at once, and nothing relies on one", async () => {
  const time = fakeClock(NOON);
  const called: number[] = [];
  const ticking: Ticking = {
    name: "schedule",
    wakes: Infinity,
    tick() {
      called.push(time.awake());
      return Promise.resolve({ at: time.now(), runs: [] });
    },
  };
  let wake = () => {};
  const served = daemon(await days({ clock: time }), { tickings: [ticking], alarm: (ring) => wake = ring });
  await served.until((news) => types(news).includes("leads"));
  await time.advance(SECOND);
  called.splice(0);
  wake();
  await time.advance(0);
  assertEquals(called, [SECOND]);
  await time.advance(5 * SECOND);
  assertEquals(called, [SECOND, 6 * SECOND], "a look comes without it");
  await served.end();
});

Deno.test("a more urgent run begins beside the one at work, and gets its slot at the next group", async () => {
  const order: string[] = [];
  const world: Lab = await lab([letters(async (key) => {
    order.push(key);
    if (key === "a") await world.state.enqueue(request("d", "d", { priority: 5 }), NOON);
    await world.clock.sleep(MINUTE);
  })], { limits, clock: clock() });
  await world.state.enqueue(request("a", "c"), NOON);
  const served = daemon(world, { tickings: [] });
  await served.until((news) => worked(news).length === 2);
  await served.end();
  assertEquals(worked(served.news), [[2, "succeeded"], [1, "succeeded"]]);
  assertEquals(order, ["a", "d", "b", "c"]);
  assertEquals((await made(world.state)).sort(), ["1:0", "1:1", "1:2", "2:3"]);
});

Deno.test("of the same urgency one run is at work at a time", async () => {
  let [now, most] = [0, 0];
  const world: Lab = await lab([letters(async () => {
    most = Math.max(most, ++now);
    await world.clock.sleep(MINUTE);
    now--;
  })], { clock: clock() });
  for (const key of ["a", "b", "c"]) await world.state.enqueue(request(key, key), NOON);
  const served = daemon(world, { tickings: [] });
  await served.until((news) => worked(news).length === 3);
  await served.end();
  assertEquals([worked(served.news).map(([run]) => run), most], [[1, 2, 3], 1]);
});

Deno.test("told to end, a step ends at its next group, and the next daemon goes on with the run", async () => {
  const store = memoryStore();
  const stop = Promise.withResolvers<void>();
  const world: Lab = await lab([letters(async (key, signal) => {
    if (key === "b") stop.resolve();
    await world.clock.sleep(MINUTE / 10);
    signal.throwIfAborted();
  })], { limits, store, clock: clock() });
  await world.state.enqueue(request("a", "d"), NOON);
  const served = daemon(world, { tickings: [] });
  await stop.promise;
  await served.end();
  assertEquals(worked(served.news), [[1, "handed-back"]]);
  assertEquals(served.news.find(({ type }) => type === "ending"), { type: "ending", runs: 1, grace: 30_000 });
  await world.state.close();
  assertEquals((await (await lab([], { store, worker: "b" })).state.run(1))?.run.status, "queued");

  const next = await lab([letters(() => {})], { limits, store, worker: "c", clock: clock() });
  const again = daemon(next, { tickings: [] });
  await again.until((news) => worked(news).length === 1);
  await again.end();
  assertEquals(worked(again.news), [[1, "succeeded"]]);
  assertEquals(await made(next.state), ["1:0", "1:1", "1:2", "1:3"]);
});

Deno.test("a step that does not end in its time of grace is aborted, and its run is handed back", async () => {
  const store = memoryStore();
  const begun = Promise.withResolvers<void>();
  const world: Lab = await lab([letters(async (_, signal) => {
    begun.resolve();
    await world.clock.sleep(HOUR, signal);
  })], { limits, store, clock: clock() });
  await world.state.enqueue(request("a", "d"), NOON);
  const served = daemon(world, { tickings: [], grace: 30 * SECOND });
  await begun.promise;
  const at = world.clock.now();
  await served.end();
  assertEquals(worked(served.news), [[1, "handed-back"]]);
  assert(world.clock.now() - at < MINUTE, `found ${world.clock.now() - at} ms`);
  await world.state.close();
  assertEquals((await (await lab([], { store, worker: "b" })).state.run(1))?.run.status, "queued");
});

Deno.test("where the lake lives faster, the time of grace and the durations of ticks are the machine's", async () => {
  const begun = Promise.withResolvers<void>();
  const machine = fakeClock(NOON);
  const world: Lab = await lab([letters(async (_, signal) => {
    begun.resolve();
    await world.clock.sleep(HOUR, signal);
  })], { limits, clock: clock(), machine });
  await world.state.enqueue(request("a", "d"), NOON);
  const slow: Ticking = {
    name: "slow",
    wakes: Infinity,
    async tick() {
      await world.clock.sleep(MINUTE);
      return { at: NOON, runs: [] };
    },
  };
  const served = daemon(world, { tickings: [slow], grace: SECOND });
  await begun.promise;
  await served.end();
  assertEquals(await made(world.state), ["1:0"], "it ended by itself, after its group");
  assertEquals(served.pulse.counters.ticks.get("slow")?.took, 0);
});

Deno.test("a run of which it is not known how it ended breaks the daemon off, once the others have ended", async () => {
  const world = await lab([letters(() => {})], {
    limits,
    clock: clock(),
    state: (state) =>
      new Proxy(state, {
        get(target, name) {
          if (name === "endRun") return () => Promise.reject(new Error("the state is gone"));
          const value = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
  });
  await world.state.enqueue(request("a", "b"), NOON);
  await assertRejects(() => daemon(world, { tickings: [] }).ended, Error, "the state is gone");
});

Deno.test("a run keeps to the partitions that existed when it began, though whoever ticks moves the time on", async () => {
  const time = fakeClock(NOON - MINUTE, { auto: true });
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start: "2024-02-01" }),
    batch: { most: 24 },
    async *materialize({ partitions }) {
      await time.sleep(10 * MINUTE);
      yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  const days = asset({
    key: "t/days",
    partitions: daily({ start: "2024-02-01", open: true }),
    deps: { hours: from(hours, hoursOfDay) },
    async *materialize({ partitions }) {
      await null;
      yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  const world = await lab([hours, days], { clock: time });
  const ranges = [
    { asset: "t/hours", from: "2024-02-01T00", to: "2024-02-01T10" },
    { asset: "t/days", from: "2024-02-01", to: "2024-02-01" },
  ];
  await world.state.enqueue({ command: "materialize", ranges }, time.now());
  const served = daemon(world);
  await served.until((news) => worked(news).length === 1);
  await served.end();
  assertEquals(worked(served.news), [[1, "succeeded"]]);
  assert(world.orchestrator.session.index.now > NOON, "the time has moved on where it ticks");
});

/** Two assets that are made by themselves, one of which has this code. */
const coded = (code: string): AnyAsset[] =>
  ["t/changed", "t/kept"].map((key) =>
    asset({
      key,
      code: key === "t/changed" ? code : "1",
      automation: eager(),
      async *materialize() {
        await null;
        yield [{ partition: 0, dataVersion: code }];
      },
    })
  );

Deno.test("a leader whose code is the older one leaves the lead, makes the rest, and says so once", async () => {
  const store = memoryStore();
  const time = clock();
  const open = (code: string, worker: string) => lab(coded(code), { store, clock: time, worker });
  const old = await open("1", "old");
  const first = daemon(old);
  await first.until((news) => worked(news).length === 2);
  const behind = (news: readonly DaemonNews[]) =>
    news.flatMap((each) =>
      each.type === "behind" || each.type === "present" ? [`${each.type} ${each.asset}`] : []
    );
  const young = await open("2", "young");
  await first.until((news) => behind(news).length === 1);
  await old.orchestrator.wipe({ assets: new Set(["t/kept"]), all: true, lookbackDays: 1 });
  await first.until((news) => worked(news).length === 3);
  assertEquals((await young.state.leader("ticks t"))?.note, {
    speed: 1,
    automations: [],
    codes: Object.fromEntries(old.orchestrator.index.nodes.map(({ key, codeId }) => [key, codeId])),
  });
  const second = daemon(young);
  await second.until((news) => types(news).includes("leads") && worked(news).length === 1);
  await first.until((news) => types(news).includes("follows"));
  assertEquals((await open("1", "again")).orchestrator.index.behind, []);
  await first.until((news) => behind(news).length === 2);
  await second.until((news) => types(news).includes("follows"));
  await Promise.all([first.end(), second.end()]);
  assertEquals(behind(first.news), ["behind t/changed", "present t/changed"]);
  assertEquals(behind(second.news), ["behind t/changed"]);
  const events = await old.state.since(0);
  const versions = events.flatMap((event) =>
    event.kind === "materialized" && event.asset === "t/changed" ? event.dataVersion : []
  );
  assertEquals(versions.slice(0, 2), ["1", "2"]);
});

Deno.test("a daemon of another speed ends, whoever leads, and one of the same does not", async () => {
  const store = memoryStore();
  const time = clock();
  const open = (worker: string) => days({ store, clock: time, worker });
  const first = daemon(await open("a"), { speed: 60 });
  await first.until((news) => types(news).includes("leads"));
  const other = daemon(await open("b"), { speed: 2 });
  await assertRejects(() => other.ended, WrongUseError, "found --speed 2 beside the daemon, wanted");
  const same = daemon(await open("c"), { speed: 60 });
  await same.until((news) => types(news).includes("follows"));
  await Promise.all([first.end(), same.end()]);
});

Deno.test("a file that somebody deletes under a daemon is made again", async () => {
  const { one, lake, finals } = files();
  const made = await lab([{ ...one, automation: eager() }], { lake, limits });
  const { news, until, end } = daemon(made);
  const worked = (times: number) => news.filter(({ type }) => type === "worked").length >= times;
  await until(() => worked(1));
  lake.files.delete("lake/one/a");
  await until(() => worked(2));
  assertEquals(finals(), ["1", "1"]);
  await end();
});
