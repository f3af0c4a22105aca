import { assert, assertEquals, assertThrows } from "@std/assert";
import { fastClock, timeOf } from "../../app/time.ts";
import { keepTime, readTime, timeNow } from "../../app/lake_time.ts";
import { HOUR, MINUTE, SECOND } from "../../core/mod.ts";
import { fakeClock } from "../fake_clock.ts";
import { atPath } from "../in_folder.ts";

const NOON = Date.UTC(2024, 1, 1, 12);

Deno.test("a fast clock shows, counts and sleeps so many times as fast, and no setting of the other moves it", async () => {
  const machine = fakeClock(NOON);
  const clock = fastClock(machine, { speed: 60, from: NOON + HOUR });
  assertEquals(clock.now(), NOON + HOUR);
  let isAwake = false;
  const slept = clock.sleep(MINUTE).then(() => isAwake = true);
  await machine.advance(999);
  assertEquals(isAwake, false);
  await machine.advance(1);
  await slept;
  assertEquals([clock.now(), clock.awake()], [NOON + HOUR + MINUTE, MINUTE]);
  machine.suspend(SECOND);
  assertEquals([clock.now(), clock.asleep()], [NOON + HOUR + 2 * MINUTE, MINUTE]);
  const over = new AbortController();
  const aborted = clock.sleep(HOUR, over.signal).then(() => "slept", () => "aborted");
  over.abort();
  assertEquals(await aborted, "aborted");
});

Deno.test("a lake's time is kept, goes on from there, and is never before what it showed", () =>
  atPath("lake.sqlite", (state) => {
    const machine = fakeClock(NOON);
    const clock = fastClock(machine, { speed: 360, from: NOON });
    assertEquals(readTime(state), undefined);
    const keeping = keepTime(state, { clock, machine, speed: 360, began: NOON });
    const kept = readTime(state)!;
    assertEquals(kept, { began: NOON, at: NOON, machine: NOON, speed: 360 });
    for (const elapsed of [0, 500, 1_999]) {
      assert(timeNow(kept, NOON + elapsed) >= NOON + 360 * elapsed, "while it may still live");
    }
    assertEquals(timeNow(kept, NOON + HOUR), NOON + 720 * SECOND + HOUR - 2 * SECOND);
    assertEquals(timeNow(kept, NOON - HOUR), NOON + 720 * SECOND, "a machine whose clock was set back");
    machine.suspend(SECOND);
    keeping[Symbol.dispose]();
    assertEquals(readTime(state), {
      began: NOON,
      at: NOON + 360 * SECOND,
      machine: NOON + SECOND,
      speed: 1,
    });
  }));

Deno.test("where the time cannot be written for a while, nobody is the worse for it, and it is kept again after", () =>
  atPath("lake.sqlite", async (state) => {
    const machine = fakeClock(NOON);
    const clock = fastClock(machine, { speed: 360, from: NOON });
    const { setInterval } = globalThis;
    let tick = () => {};
    globalThis.setInterval = ((each: () => void) => setInterval(tick = each, 2 ** 30)) as typeof setInterval;
    const keeping = keepTime(state, { clock, machine, speed: 360, began: NOON });
    globalThis.setInterval = setInterval;
    await Deno.mkdir(`${state}-time.json.new`);
    machine.suspend(SECOND);
    tick();
    assertEquals(readTime(state)?.at, NOON);
    await Deno.remove(`${state}-time.json.new`);
    tick();
    assertEquals(readTime(state)?.at, NOON + 360 * SECOND);
    await Deno.mkdir(`${state}-time.json.new`);
    keeping[Symbol.dispose]();
    assertEquals(readTime(state)?.speed, 360);
  }));

Deno.test("a later time that another keeps is never taken back", () =>
  atPath("lake.sqlite", (state) => {
    const machine = fakeClock(NOON);
    const keep = (from: number) =>
      keepTime(state, { clock: fastClock(machine, { speed: 60, from }), machine, speed: 60, began: NOON });
    using _later = keep(NOON + HOUR);
    using _earlier = keep(NOON);
    assertEquals(readTime(state)?.at, NOON + HOUR);
  }));

Deno.test("commands live as fast as the daemon that keeps the time, and no longer", () =>
  atPath("lake.sqlite", async (state) => {
    const speedOf = async (kept: { speed: number; machine: number }, follows?: boolean) => {
      const time = { began: NOON, at: NOON, ...kept };
      await Deno.writeTextFile(`${state}-time.json`, JSON.stringify(time));
      return timeOf({ state }, { isBuiltIn: true, speed: undefined, follows }).speed;
    };
    const now = Date.now();
    assertEquals(await speedOf({ speed: 60, machine: now }), 60);
    assertEquals(await speedOf({ speed: 60, machine: now }, false), 1);
    assertEquals(await speedOf({ speed: 60, machine: now - HOUR }), 1);
    assertEquals(await speedOf({ speed: 60, machine: now + HOUR }), 1);
    assertEquals(await speedOf({ speed: 1, machine: now }), 1);
  }));

Deno.test("what is no time, or half of one, is none", () =>
  atPath("lake.sqlite", async (state) => {
    for (const text of ["", "{", "null", '{"began":1}', '{"began":1,"at":"2","machine":3,"speed":4}']) {
      await Deno.writeTextFile(`${state}-time.json`, text);
      assertEquals(readTime(state), undefined, text);
    }
  }));

Deno.test("the built-in stations alone live faster, and go on so for every command", () =>
  atPath("lake.sqlite", async (state) => {
    assertThrows(
      () => timeOf({ state }, { isBuiltIn: false, speed: 2 }),
      Error,
      "starting the daemon: found --speed beside a source that does not live faster",
    );
    assertEquals(timeOf({ state }, { isBuiltIn: true, speed: undefined }).troubled, undefined);
    const at = Date.now() + HOUR;
    const time = { began: at - HOUR, at, machine: Date.now(), speed: 1 };
    await Deno.writeTextFile(`${state}-time.json`, JSON.stringify(time));
    const { clock, speed, troubled } = timeOf({ state }, { isBuiltIn: true, speed: undefined });
    assert(clock.now() >= at && clock.now() < at + MINUTE);
    assertEquals([speed, troubled], [1, at - HOUR]);
    assertEquals(timeOf({ state }, { isBuiltIn: false, speed: undefined }).troubled, undefined);
  }));
