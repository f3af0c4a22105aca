import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EventLines, warningLine } from "../../cli/event_lines.ts";
import { Live } from "../../cli/live.ts";
import type { Terminal } from "../../cli/context.ts";
import type { Progress } from "../../core/mod.ts";
import { fakeClock } from "../fake_clock.ts";
import { until } from "../faults/until.ts";

const SECOND = 1_000;
const RANGE = { from: "2024-01-01", to: "2024-01-02" };
const STARTED: Progress = { run: 8, type: "step-started", step: 1, asset: "t/raw", range: RANGE, count: 2 };
const HELD = "waiting for the pace: 60 a minute";

function progress(done: number, left?: number, note?: string): Progress {
  const outlook = { ...(left !== undefined && { left }), ...(note !== undefined && { note }) };
  return { run: 8, type: "step-progress", step: 1, done, total: 400, unit: "requests", outlook };
}

Deno.test("a step that is held up by the pace says so at once, and then at least every ten seconds", async () => {
  const clock = fakeClock(0);
  const lines = new EventLines((_colour, text) => text, clock.now);
  assertEquals(lines.of(STARTED), ["t/raw 2024-01-01 … 2024-01-02 (2) started"]);
  assertEquals(lines.of(progress(1, 340 * SECOND)), []);
  const name = "t/raw 2024-01-01 … 2024-01-02 (2)";
  assertEquals(lines.of(progress(60, 340 * SECOND, HELD)), [
    `${name}: 60 of 400 requests, ${HELD}, about 6 min left`,
  ]);
  const told: (readonly [second: number, line: string])[] = [];
  for (let second = 1; second <= 60; second++) {
    await clock.advance(SECOND);
    for (const line of lines.reminders()) told.push([second, line]);
  }
  assert(told.length >= 6);
  for (const [i, [second]] of told.entries()) assert(second - (told[i - 1]?.[0] ?? 0) <= 10);
  assertEquals(told.at(-1)![1], `${name}: 60 of 400 requests, ${HELD}, about 5 min left`);
  assertEquals(lines.of(progress(61, 280 * SECOND, HELD)), [], "the same hold is told once");
});

Deno.test("a step that says nothing of itself is not silent for longer than others", async () => {
  const clock = fakeClock(0);
  const lines = new EventLines((_colour, text) => text, clock.now);
  lines.of(STARTED);
  await clock.advance(10 * SECOND);
  assertEquals(lines.reminders(), ["t/raw 2024-01-01 … 2024-01-02 (2): at work for 10 s"]);
  assertEquals(lines.reminders(), []);
});

Deno.test("what is waited for is a line when that begins, and one when it ends", async () => {
  const clock = fakeClock(0);
  const lines = new EventLines((_colour, text) => text, clock.now);
  const wait = { asset: "t/raw", range: RANGE, holder: 7 };
  assertEquals(lines.of({ run: 8, type: "waiting", ...wait }), [
    "t/raw 2024-01-01 … 2024-01-02 is at work in run 7: waiting",
  ]);
  await clock.advance(60 * SECOND);
  assertEquals(lines.reminders(), []);
  assertEquals(lines.of({ run: 8, type: "waited", ...wait }), [
    "t/raw 2024-01-01 … 2024-01-02 is waited for no longer, after 1 min 00 s",
  ]);
});

Deno.test("on a terminal waits and the remaining time stand in one line each, drawn in place", async () => {
  const clock = fakeClock(0);
  let drawn = "";
  const write = (bytes: Uint8Array) => void (drawn += new TextDecoder().decode(bytes));
  const terminal: Terminal = { colours: false, columns: () => 100, write, send: () => Promise.resolve(true) };
  const live = new Live(terminal, clock);
  try {
    live.observe(STARTED);
    live.observe(progress(60, 340 * SECOND, HELD));
    live.observe({ run: 8, type: "waiting", asset: "t/other", range: RANGE, holder: 7 });
    await clock.advance(100 * SECOND);
    await until("it to be drawn", () => drawn.includes("t/other"));
    const block = drawn.split("\x1b[0J").at(-1)!.trimEnd().split("\n");
    assertEquals(block.length, 2);
    assertStringIncludes(block[0]!, ` 15% 4 min left, ${HELD}: t/raw 2024-01-01 … 2024-01-02`);
    assertEquals(block[1], "waiting for run 7: t/other 2024-01-01 … 2024-01-02, for 1 min 40 s");
    live.observe({ run: 8, type: "waited", asset: "t/other", range: RANGE, holder: 7 });
    await until("it to be drawn anew", () => !drawn.split("\x1b[0J").at(-1)!.includes("t/other"));
  } finally {
    live[Symbol.dispose]();
  }
});

Deno.test("steps of the same number in two runs are told apart, and those of a run that is over are silent", async () => {
  const clock = fakeClock(0);
  const lines = new EventLines((_colour, text) => text, clock.now);
  lines.of(STARTED);
  lines.of({ ...STARTED, run: 81, asset: "t/mart" });
  assertEquals(lines.of({ run: 81, type: "step-ended", step: 1, outcome: "succeeded", took: SECOND }), [
    "t/mart 2024-01-01 … 2024-01-02 (2) succeeded: 0 partitions in 1.0 s",
  ]);
  await clock.advance(20 * SECOND);
  assertEquals(lines.reminders(), ["t/raw 2024-01-01 … 2024-01-02 (2): at work for 20 s"]);
  lines.forget(81);
  await clock.advance(20 * SECOND);
  assertEquals(lines.reminders().length, 1);
  lines.forget(8);
  await clock.advance(20 * SECOND);
  assertEquals([lines.reminders(), lines.of(progress(3))], [[], []]);
});

Deno.test("a warning is one line, whatever code said", () => {
  assertEquals(warningLine((_colour, text) => text, "alert", "it is\nbad"), "warning: alert: it is\\nbad");
});
