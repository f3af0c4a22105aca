import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer } from "../../../core/asset.ts";
import { setPaused } from "../../../core/automation/pauses.ts";
import { type LakeFiles, type Sensed, sensor, type SensorOptions } from "../../../core/automation/sensor.ts";
import { SensorTicker } from "../../../core/automation/sensor_ticker.ts";
import { DeclarationError } from "../../../core/errors.ts";
import { MINUTE, SECOND } from "../../../core/instant.ts";
import { daily } from "../../../core/partition/time_set.ts";
import type { Json } from "../../../core/ports/key_value.ts";
import { fakeClock } from "../../fake_clock.ts";
import { type Lab, lab, type LabOptions, NOON } from "../lab.ts";
import { mortal } from "./mortal.ts";

const { asset, external } = definer<unknown>();
const letters = asset({
  key: "t/letters",
  pool: "post",
  partitions: daily({ start: "2024-01-01" }),
  async *materialize() {},
});
const parcels = external({ key: "t/parcels", partitions: daily({ start: "2024-01-01" }) });

const files: LakeFiles = {
  list: () => Promise.resolve([]),
  found: () => Promise.resolve([]),
  present: () => Promise.resolve([]),
  known: () => Promise.resolve([]),
};
const never = new AbortController().signal;

interface World extends Lab {
  readonly ticker: SensorTicker;
  /** The cursors that the sensor was given. */
  readonly cursors: (Json | undefined)[];
  tick(): Promise<(string | undefined)[]>;
  history(): Promise<string[]>;
}

async function opened(
  sense: SensorOptions<unknown>["sense"],
  { options = {}, given = {} }: { options?: LabOptions; given?: Partial<SensorOptions<unknown>> } = {},
): Promise<World> {
  const cursors: (Json | undefined)[] = [];
  const of = sensor({
    name: "post",
    ...given,
    sense(context) {
      cursors.push(context.cursor);
      return sense(context);
    },
  });
  const world = await lab([letters, parcels], { clock: fakeClock(NOON), ...options });
  const ticker = new SensorTicker(of, { session: world.orchestrator.session, files, lookbackDays: 7 });
  return {
    ...world,
    ticker,
    cursors,
    tick: async () => (await ticker.tick(never)).runs.map(({ request }) => request.key),
    async history() {
      const ticks = await world.state.ticks("post", { limit: 99 });
      return ticks.map(({ outcome, detail, runs }) => `${outcome} [${runs}] ${detail}`);
    },
  };
}

const day = (key: string) => ({ key, selection: ["t/letters"], partitions: ["2024-01-15"] });

Deno.test("two sensors share no key, though the name of one and its key begin with the name of the other", async () => {
  const store = memoryStore();
  const asked = (name: string, key: string, worker: string) =>
    opened(() => ({ requests: [day(key)] }), { options: { store, worker }, given: { name } });
  assertEquals(await (await asked("post", "express/a", "a")).tick(), ["sensor/post/express/a"]);
  assertEquals(await (await asked("post/express", "a", "b")).tick(), ["sensor/post:express/a"]);
});

Deno.test("a sensor is called no sooner than it says, goes on from its cursor, and asks once for each key", async () => {
  let found: Sensed = { requests: [day("a")], cursor: { seen: 1 } };
  const world = await opened(() => found);
  assertEquals(await world.tick(), ["sensor/post/a"]);
  assertEquals(world.ticker.wakes, NOON + 30 * SECOND);
  assertEquals(await world.tick(), []);
  await world.clock.advance(30 * SECOND);
  found = { requests: [day("a"), day("b")], cursor: { seen: 2 } };
  assertEquals(await world.tick(), ["sensor/post/b"]);
  await world.clock.advance(30 * SECOND);
  found = { skip: "no post on Sundays" };
  assertEquals(await world.tick(), []);
  await world.clock.advance(30 * SECOND);
  found = {};
  await world.tick();
  assertEquals(world.cursors, [undefined, { seen: 1 }, { seen: 2 }, { seen: 2 }]);
  assertEquals(await world.history(), [
    "skipped [] nothing new",
    "requested [2] 1 run asked for",
    "requested [1] 1 run asked for",
  ]);
  const [run] = await world.state.runs(1);
  assertEquals(run!.request.ranges, [{ asset: "t/letters", from: "2024-01-15", to: "2024-01-15" }]);
  assertEquals(run!.request.tags, { by: "sensor", name: "post" });
});

Deno.test("who is killed before the cursor moved asks for the same again, and it is the same run", async () => {
  const store = memoryStore();
  const sense = ({ cursor }: { readonly cursor: Json | undefined }) => {
    const next = (cursor as number | undefined ?? 0) + 1;
    return { requests: [day(`${next}`)], reports: [parcel("2024-01-15", `${next}`)], cursor: next };
  };
  const killed = await opened(sense, {
    options: { store, state: (state) => mortal(state, (key) => key.startsWith("sensors/")) },
  });
  await assertRejects(() => killed.tick(), Error, "killed");
  assertEquals((await killed.state.runs(9)).length, 1);
  const again = await opened(sense, { options: { store, worker: "b" } });
  assertEquals([await again.tick(), again.cursors], [[], [undefined]]);
  assertEquals(await again.history(), ["skipped [] what it asks for was asked for before"]);
  assertEquals((await again.state.since(0)).length, 1);
  await again.clock.advance(30 * SECOND);
  assertEquals([await again.tick(), again.cursors[1]], [["sensor/post/2"], 1]);
});

Deno.test("reports are recorded where they are news, before what is asked for", async () => {
  let found: Sensed = { reports: [parcel("2024-01-15", "1"), parcel("2024-01-16", "1")] };
  const world = await opened(() => found);
  await world.tick();
  assertEquals(await world.history(), ["requested [] 2 partitions reported"]);
  await world.clock.advance(MINUTE);
  await world.tick();
  await world.clock.advance(MINUTE);
  found = { reports: [parcel("2024-01-15", "2"), parcel("2024-01-16", "1")], requests: [day("a")] };
  await world.tick();
  assertEquals((await world.state.since(0)).map((event) => event.kind), Array(3).fill("materialized"));
  assertEquals((await world.history())[0], "requested [1] 1 run asked for, 1 partition reported");
});

Deno.test("what fails is called less and less often, up to ten minutes, and its cursor stays", async () => {
  let fails = true;
  const world = await opened(({ cursor }) => {
    if (fails) throw new Error("found hunter2\nin the box");
    return { cursor: (cursor as number | undefined ?? 0) + 1 };
  });
  const waits = [];
  for (let i = 0; i < 7; i++) {
    const before = world.clock.now();
    await world.tick();
    waits.push((world.ticker.wakes - before) / SECOND);
    await world.clock.advance(world.ticker.wakes - before);
  }
  assertEquals(waits, [60, 120, 240, 480, 600, 600, 600]);
  assertEquals((await world.history())[0], "failed [] found *** in the box");
  fails = false;
  await world.tick();
  assertEquals(world.ticker.wakes - world.clock.now(), 30 * SECOND);
  assertEquals(new Set(world.cursors), new Set([undefined]));
});

Deno.test("a sensor that does not answer in time fails, and what it says later counts for nothing", async () => {
  let answer: (sensed: Sensed) => void = () => {};
  let aborted: unknown;
  const world = await opened(({ signal }) => {
    signal.onabort = () => aborted = signal.reason;
    return new Promise<Sensed>((resolve) => answer = resolve);
  }, { given: { timeout: { seconds: 5 } } });
  const ticking = world.tick();
  while (world.clock.sleepers === 0) await Promise.resolve();
  await world.clock.advance(5 * SECOND);
  assertEquals(await ticking, []);
  answer({ requests: [day("late")] });
  await Promise.resolve();
  assertEquals(await world.history(), ["failed [] sensing: found no answer after 5 s, wanted one by then"]);
  assertMatch(String(aborted), /no answer after 5 s/);
  assertEquals([(await world.state.runs(9)).length, world.clock.sleepers], [0, 0]);
});

Deno.test("where the lake lives faster, a sensor has its time by the machine's clock", async () => {
  const machine = fakeClock(NOON);
  const world = await opened(() => new Promise(() => {}), {
    given: { timeout: { seconds: 5 } },
    options: { machine },
  });
  const ticking = world.tick();
  while (machine.sleepers + world.clock.sleepers === 0) await Promise.resolve();
  await world.clock.advance(MINUTE);
  assertEquals(await world.history(), []);
  await machine.advance(5 * SECOND);
  await ticking;
  assertEquals(await world.history(), ["failed [] sensing: found no answer after 5 s, wanted one by then"]);
});

Deno.test("a daemon that is to end waits for no sensor, and keeps nothing of it", async () => {
  const end = new AbortController();
  const world = await opened(() => new Promise<Sensed>(() => {}));
  const ticking = world.ticker.tick(end.signal);
  while (world.clock.sleepers === 0) await Promise.resolve();
  end.abort(new Error("over"));
  assertEquals((await ticking).runs, []);
  assertEquals([await world.history(), world.clock.sleepers], [[], 0]);
});

Deno.test("while it is paused a sensor is not called; a clock that is set back lets it be called at once", async () => {
  const world = await opened(() => ({}));
  await setPaused(world.state.keyValue, "post", { paused: true, at: NOON });
  await world.tick();
  assertEquals([world.cursors.length, world.ticker.wakes], [0, Infinity]);
  await setPaused(world.state.keyValue, "post", { paused: false, at: NOON });
  await world.tick();
  assertEquals(world.cursors.length, 1);
  world.clock.suspend(-MINUTE);
  await world.tick();
  assertEquals(world.cursors.length, 2);
  const other = await opened(() => ({}), {
    options: { store: world.store, clock: world.clock, worker: "b" },
  });
  await other.tick();
  assertEquals(other.cursors.length, 0, "another process knows when it was called");
});

Deno.test("what asks a service that a sensor says is down waits, cursor and all, until it answers", async () => {
  let down: string | null = "found no answer";
  const world = await opened(() => ({ down: { post: down }, requests: [day("a")], cursor: 1 }));
  assertEquals(await world.tick(), []);
  assertEquals(await world.history(), [
    "skipped [] t/letters waits, as post is down since 2024-02-01T12:00:00Z: found no answer",
  ]);
  await world.clock.advance(MINUTE);
  assertEquals(await world.tick(), []);
  assertMatch((await world.history())[0]!, /since 2024-02-01T12:00:00Z/);
  down = null;
  await world.clock.advance(MINUTE);
  assertEquals(await world.tick(), ["sensor/post/a"]);
  assertEquals(world.cursors, [undefined, undefined, undefined]);
});

Deno.test("of what cannot be meant nothing is asked for", async () => {
  const answers: [unknown, RegExp][] = [
    [undefined, /sensing: found undefined answered, wanted an object/],
    [{ requests: [day("a"), { selection: [] }] }, /found undefined as its key, wanted a text/],
    [{ requests: [day("a"), { ...day("b"), selection: ["t/lettre"] }] }, /selecting "t\/lettre"/],
    [{ reports: [{ asset: "t/gone", partition: null, dataVersion: "1" }] }, /found no such asset/],
    [{ reports: [{ ...parcel("2024-01-15", "1"), asset: "t/letters" }] }, /wanted an external one/],
    [{ reports: [parcel("2034-01-15", "1")] }, /reporting "t\/parcels": found partition "2034-01-15"/],
  ];
  for (const [answer, message] of answers) {
    const world = await opened(() => answer as Sensed);
    assertEquals(await world.tick(), []);
    const [failed] = await world.history();
    assert(failed!.startsWith("failed [] "), failed);
    assertMatch(failed!, message);
    assertEquals([(await world.state.runs(9)).length, (await world.state.since(0)).length], [0, 0]);
  }
  const sense = () => ({});
  assertThrows(() => sensor({ name: "automation", sense }), DeclarationError, 'the name "automation"');
  assertThrows(() => sensor({ name: "x", every: {}, sense }), DeclarationError, "the interval {}");
  assertThrows(() => sensor({ name: "x", timeout: { hours: -1 }, sense }), DeclarationError, "the timeout");
});

function parcel(partition: string, dataVersion: string) {
  return { asset: "t/parcels", partition, dataVersion };
}
