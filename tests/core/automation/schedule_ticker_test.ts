import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer } from "../../../core/asset.ts";
import { noteOutage } from "../../../core/outages.ts";
import { setPaused } from "../../../core/automation/pauses.ts";
import { type CatchUp, type Schedule, schedule } from "../../../core/automation/schedule.ts";
import { ScheduleTicker } from "../../../core/automation/schedule_ticker.ts";
import { DAY, HOUR, type Instant, iso, MINUTE } from "../../../core/instant.ts";
import { DeclarationError } from "../../../core/errors.ts";
import { type State, StateError } from "../../../core/ports/state.ts";
import { fakeClock } from "../../fake_clock.ts";
import { type Lab, lab, type LabOptions, NOON } from "../lab.ts";
import { mortal } from "./mortal.ts";

const { asset } = definer<unknown>();
const letter = asset({
  key: "t/letter",
  pool: "post",
  async *materialize() {
    await null;
    yield [{ partition: 0, dataVersion: "1" }];
  },
});

const cron = new CronerCron();

function hourly(given: { readonly catchUp?: CatchUp; readonly cron?: string } = {}): Schedule {
  return schedule({ name: "hourly", cron: "0 * * * *", selection: ["t/letter"], force: true, ...given });
}

/** A wall clock that is set to whatever time. */
function setClock(start: Instant) {
  const clock = fakeClock(start);
  let shift = 0;
  return {
    ...clock,
    now: () => clock.now() + shift,
    set: (at: Instant) => shift = at - clock.now(),
    get sleepers() {
      return clock.sleepers;
    },
  };
}

interface World extends Lab {
  readonly at: ReturnType<typeof setClock>;
  /** Ticks at a time. @returns The keys of the runs that were asked for. */
  tick(at: Instant): Promise<string[]>;
  wakes(): Instant;
  history(): Promise<string[]>;
}

async function opened(of: Schedule, options: LabOptions = {}): Promise<World> {
  const at = setClock(NOON);
  const world = await lab([letter], { ...options, clock: at });
  const ticker = ticking(world, of);
  return {
    ...world,
    at,
    async tick(now) {
      at.set(now);
      return (await ticker.tick()).runs.map(({ request }) => request.key!);
    },
    wakes: () => ticker.wakes,
    async history() {
      const ticks = await world.state.ticks(of.name, { limit: 99 });
      return ticks.map(({ outcome, detail, runs }) => `${outcome} ${runs.join(",")} ${detail}`);
    },
  };
}

function ticking({ orchestrator: { session } }: Lab, of: Schedule): ScheduleTicker {
  return new ScheduleTicker(of, { session, cron, lookbackDays: 7 });
}

const key = (at: Instant) => `schedule/hourly/${iso(at)}`;

async function endAll(state: State): Promise<void> {
  for (let taken = await state.take(0); taken !== undefined; taken = await state.take(0)) {
    await state.endRun(taken.id, "succeeded", null, 0);
  }
}

Deno.test("what was due before it was first seen is owed to nobody; then each time is asked for once", async () => {
  const world = await opened(hourly());
  assertEquals(await world.tick(NOON + 5 * MINUTE), []);
  assertEquals(await world.tick(NOON + 50 * MINUTE), []);
  assertEquals(await world.tick(NOON + HOUR), [key(NOON + HOUR)]);
  assertEquals(await world.tick(NOON + HOUR), []);
  const [run] = await world.state.runs(9);
  assertEquals([run!.request.tags, run!.request.force, run!.request.ranges], [
    { by: "schedule", name: "hourly" },
    true,
    [{ asset: "t/letter", from: null, to: null }],
  ]);
  assertEquals(await world.history(), [`requested 1 due at ${iso(NOON + HOUR)}`]);
});

Deno.test("while its last run has not ended no other is asked for, and the last time is made up for", async () => {
  const world = await opened(hourly());
  await world.tick(NOON);
  await world.tick(NOON + HOUR);
  assertEquals(await world.tick(NOON + 2 * HOUR), []);
  assertEquals(await world.tick(NOON + 3 * HOUR), []);
  assertEquals(
    (await world.history())[0],
    `skipped  due at ${iso(NOON + 3 * HOUR)}: its run 1 has not ended`,
  );
  await endAll(world.state);
  assertEquals(await world.tick(NOON + 3 * HOUR + 7 * MINUTE), [key(NOON + 3 * HOUR)]);
});

Deno.test("all that was missed is asked for one after the other, or nothing of it", async () => {
  for (const catchUp of ["all", "none"] as const) {
    const world = await opened(hourly({ catchUp }));
    await world.tick(NOON);
    const asked = [];
    for (let i = 0; i < 6; i++) {
      asked.push(...await world.tick(NOON + 3 * HOUR + 5 * MINUTE));
      await endAll(world.state);
    }
    assertEquals(asked, catchUp === "none" ? [] : [1, 2, 3].map((hour) => key(NOON + hour * HOUR)));
    assertEquals(await world.tick(NOON + 4 * HOUR + 30_000), [key(NOON + 4 * HOUR)]);
    if (catchUp === "none") {
      assertEquals(
        (await world.history())[1],
        `skipped  due at ${iso(NOON + 3 * HOUR)}: missed, and not to be caught up`,
      );
      assertEquals(await world.tick(NOON + 5 * HOUR), []);
      await endAll(world.state);
      assertEquals(await world.tick(NOON + 5 * HOUR + 1), []);
    }
  }
});

Deno.test("who is killed between the run and its note asks for no second one, nor beside it", async () => {
  const store = memoryStore();
  const first = await opened(hourly(), { store });
  await first.tick(NOON);
  const halting: LabOptions = {
    store,
    worker: "b",
    state: (state) =>
      mortal(state, (key, value) => key === "schedules/hourly" && (value as { run: unknown }).run !== null),
  };
  const killed = await opened(hourly(), halting);
  await assertRejects(() => killed.tick(NOON + HOUR), Error, "killed");
  const again = await opened(hourly(), { store, worker: "c" });
  assertEquals(await again.tick(NOON + 2 * HOUR), []);
  assertEquals(
    (await again.history())[0],
    `skipped  due at ${iso(NOON + 2 * HOUR)}: its run 1 has not ended`,
  );
  await endAll(again.state);
  assertEquals(await again.tick(NOON + 2 * HOUR + 1_000), [key(NOON + 2 * HOUR)]);
  const same = await opened(hourly(), { ...halting, worker: "d" });
  await endAll(again.state);
  await assertRejects(() => same.tick(NOON + 3 * HOUR), Error, "killed");
  await endAll(again.state);
  assertEquals(await again.tick(NOON + 3 * HOUR), []);
  assertEquals((await again.history())[0], `requested 3 due at ${iso(NOON + 3 * HOUR)}, asked for before`);
  assertEquals((await again.state.runs(9)).length, 3);
});

Deno.test("whoever waits looks once a second, and says so once a minute, however often it is ticked", async () => {
  let notes = 0;
  let looks = 0;
  const world = await opened(hourly(), {
    state: (state) =>
      new Proxy(state, {
        get(target, name) {
          if (name === "noteTick") notes++;
          if (name === "run") looks++;
          const found = Reflect.get(target, name);
          return typeof found === "function" ? found.bind(target) : found;
        },
      }),
  });
  await world.tick(NOON);
  await world.tick(NOON + HOUR);
  [notes, looks] = [0, 0];
  for (let i = 0; i < 1_000; i++) await world.tick(NOON + 2 * HOUR + i * 100);
  assertEquals([notes, looks], [2, 100]);
});

Deno.test("a state that cannot be read for a moment loses no due time", async () => {
  let broken = false;
  const world = await opened(hourly({ catchUp: "all" }), {
    state: (state) =>
      new Proxy(state, {
        get(target, name) {
          if (broken && name === "runs") return () => Promise.reject(new StateError("it stays locked"));
          const found = Reflect.get(target, name);
          return typeof found === "function" ? found.bind(target) : found;
        },
      }),
  });
  await world.tick(NOON);
  broken = true;
  await assertRejects(() => world.tick(NOON + HOUR), StateError, "it stays locked");
  broken = false;
  assertEquals(await world.tick(NOON + HOUR + MINUTE), [key(NOON + HOUR)]);
});

Deno.test("two who tick at once ask for one run", async () => {
  const store = memoryStore();
  const [a, b] = [await opened(hourly(), { store }), await opened(hourly(), { store, worker: "b" })];
  await a.tick(NOON);
  const asked = await Promise.all([a.tick(NOON + HOUR), b.tick(NOON + HOUR)]);
  assertEquals(asked.flat(), [key(NOON + HOUR)]);
  assertEquals((await a.state.runs(9)).length, 1);
});

Deno.test("what is due while it is paused is not made up for", async () => {
  const world = await opened(hourly({ catchUp: "all" }));
  await world.tick(NOON);
  await setPaused(world.state.keyValue, "hourly", { paused: true, at: NOON + 30 * MINUTE });
  assertEquals(await world.tick(NOON + HOUR), []);
  assertEquals(await world.history(), []);
  await setPaused(world.state.keyValue, "hourly", { paused: false, at: NOON + 2 * HOUR + MINUTE });
  assertEquals(await world.tick(NOON + 2 * HOUR + 2 * MINUTE), []);
  assertEquals(await world.tick(NOON + 3 * HOUR), [key(NOON + 3 * HOUR)]);
});

Deno.test("a schedule that was declared anew owes nothing of before", async () => {
  const store = memoryStore();
  const world = await opened(hourly(), { store });
  await world.tick(NOON);
  const other = await opened(hourly({ cron: "30 * * * *" }), { store, worker: "b" });
  assertEquals(await other.tick(NOON + 50 * MINUTE), []);
  assertEquals(await other.tick(NOON + 90 * MINUTE), [key(NOON + 90 * MINUTE)]);
});

Deno.test("what asks a service that is down waits until it answers", async () => {
  const world = await opened(hourly());
  await world.tick(NOON);
  const down = { message: "found no answer", at: NOON + HOUR };
  await noteOutage(world.state.keyValue, "post", down);
  assertEquals(await world.tick(NOON + HOUR + MINUTE), []);
  assertEquals(await world.history(), [
    `skipped  due at ${iso(NOON + HOUR)}: t/letter waits, as post is down since ${
      iso(NOON + HOUR)
    }: found no answer`,
  ]);
  await noteOutage(world.state.keyValue, "post", { ...down, message: null });
  assertEquals(await world.tick(NOON + HOUR + 2 * MINUTE), [key(NOON + HOUR)]);
});

Deno.test("a request that cannot be meant fails by itself, once", async () => {
  const world = await opened(schedule({ name: "hourly", cron: "0 * * * *", selection: ["t/lettre"] }));
  await world.tick(NOON);
  for (let i = 0; i < 3; i++) assertEquals(await world.tick(NOON + HOUR), []);
  const [failed, ...more] = await world.history();
  assert(failed!.startsWith(`failed  due at ${iso(NOON + HOUR)}: selecting "t/lettre"`), failed);
  assertEquals(more, []);
  const skipping = schedule({ name: "skips", cron: "0 * * * *", request: () => ({ skip: "no wind" }) });
  const calm = await opened(skipping);
  await calm.tick(NOON);
  await calm.tick(NOON + HOUR);
  await calm.tick(NOON + HOUR);
  assertEquals(await calm.history(), [`skipped  due at ${iso(NOON + HOUR)}: no wind`]);
});

Deno.test("what cannot be meant is refused: names, expressions, zones", async () => {
  for (const name of ["", "automation", "a b", "-x"]) {
    assertThrows(() => schedule({ name, cron: "* * * * *", selection: [] }), DeclarationError, `"${name}"`);
  }
  const world = await lab([letter]);
  for (const given of [{ cron: "at nine" }, { cron: "* * * * *", timeZone: "Mars/Base" }]) {
    assertThrows(
      () => ticking(world, schedule({ name: "odd", selection: [], ...given })),
      DeclarationError,
      'declaring the schedule "odd": reading a cron expression',
    );
  }
});

/** Around the changes of Berlin's clocks in 2024. */
const CHANGES = [Date.UTC(2024, 2, 31), Date.UTC(2024, 9, 27)];

Deno.test("whenever it is ticked, and however the clock is set: no due time is asked for twice, and none is lost", async () => {
  const ticks = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 5 * HOUR }) },
      { weight: 1, arbitrary: fc.integer({ min: -12 * HOUR, max: 0 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 * DAY }) },
    ),
    { maxLength: 12 },
  );
  const pattern = fc.constantFrom("30 2 * * *", "0 * * * *", "*/20 1-3 * * *");
  const catchUps = fc.constantFrom<CatchUp>("none", "last", "all");
  const property = fc.asyncProperty(
    fc.constantFrom(...CHANGES),
    pattern,
    catchUps,
    ticks,
    async (start, cron, catchUp, steps) => {
      const of = schedule({
        name: "hourly",
        cron,
        timeZone: "Europe/Berlin",
        catchUp,
        selection: ["t/letter"],
      });
      const world = await opened(of);
      const due = (since: Instant, now: Instant) => {
        const found: Instant[] = [];
        const next = (after: Instant) => new CronerCron().next(cron, "Europe/Berlin", after);
        for (let at = next(since); at <= now; at = next(at)) found.push(at);
        return found;
      };
      await world.tick(start);
      let [now, earliest, latest] = [start, start, start];
      const asked: Instant[] = [];
      for (const step of steps) {
        const before = now;
        now += step;
        const own: Instant[] = [];
        do {
          const keys = await world.tick(now);
          own.push(...keys.map((key) => Date.parse(key.split("/")[2]!)));
          await endAll(world.state);
        } while (world.wakes() <= now);
        if (catchUp !== "all") {
          const last = due(before - 12 * HOUR, now).at(-1);
          assert(own.length <= 1 && own.every((at) => at === last), `${own.map(iso)} at ${iso(now)}`);
          if (now > latest && due(latest, now).length > 0 && (catchUp === "last" || now - last! <= MINUTE)) {
            assertEquals(own, [last]);
          }
        }
        asked.push(...own);
        [earliest, latest] = [Math.min(earliest, now), Math.max(latest, now)];
      }
      assertEquals(new Set(asked).size, asked.length);
      if (catchUp !== "all") return;
      assertEquals(due(start, latest).filter((at) => !asked.includes(at)), []);
      const possible = due(earliest, latest);
      assertEquals(asked.filter((at) => !possible.includes(at)), []);
    },
  );
  await fc.assert(property, { numRuns: 150 });
});
