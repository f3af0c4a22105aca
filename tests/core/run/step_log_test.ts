import { assertEquals, assertRejects } from "@std/assert";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import type { LogEntry, State } from "../../../core/ports/state.ts";
import { StepLog } from "../../../core/run/step_log.ts";
import { fakeClock } from "../../fake_clock.ts";

/** The entries that a step's log keeps of what `write` logs, with a secret masked. */
async function logged(secret: string, write: (log: StepLog) => void): Promise<readonly LogEntry[]> {
  const state = memoryState(memoryStore(), "a");
  const run = await state.beginRun({ command: "materialize", ranges: [] }, 0);
  const mask = (text: string) => text.replaceAll(secret, "***");
  const log = new StepLog({ state, clock: fakeClock(7), mask }, run, 1);
  write(log);
  await log.flush();
  return (await state.logs(run)).map(({ line: _line, ...entry }) => entry);
}

Deno.test("a step's log masks texts, wherever they are, and never the notation around them", async () => {
  const fields = { a: ["x{y", { "k{": "{" }], n: 1, none: null };
  for (
    const [secret, kept] of [["{", { a: ["x***y", { "k***": "***" }], n: 1, none: null }], [
      '"',
      fields,
    ]] as const
  ) {
    assertEquals(await logged(secret, (log) => log.info(`with ${secret}`, fields)), [
      { step: 1, at: 7, level: "info", message: "with ***", fields: kept },
    ]);
  }
});

Deno.test("a step's log keeps what JSON has no word for as text", async () => {
  // deno-lint-ignore no-explicit-any
  const [entry] = await logged("secret", (log) => log.warn("rows", { count: 12n, at: new Date(0) } as any));
  assertEquals(entry!.fields, { count: "12", at: "1970-01-01T00:00:00.000Z" });
});

Deno.test("what a step logs is written a second later, once, and before that if it is flushed", async () => {
  const state = memoryState(memoryStore(), "a");
  const run = await state.beginRun({ command: "materialize", ranges: [] }, 0);
  const clock = fakeClock(0);
  using log = new StepLog({ state, clock, mask: (text) => text }, run, 1);
  const written = async () => (await state.logs(run)).map(({ message }) => message);
  log.info("one");
  await clock.advance(900);
  log.info("two");
  assertEquals(await written(), []);
  await clock.advance(100);
  assertEquals(await written(), ["one", "two"]);
  log.info("three");
  await log.flush();
  log.info("four");
  assertEquals(await written(), ["one", "two", "three"]);
  await clock.advance(1_000);
  assertEquals(await written(), ["one", "two", "three", "four"]);
});

Deno.test("what the state does not take a second later is written with the next flush, which fails if it does not either", async () => {
  const state = memoryState(memoryStore(), "a");
  const run = await state.beginRun({ command: "materialize", ranges: [] }, 0);
  let broken = true;
  const log: State["log"] = (...args) => broken ? Promise.reject(new Error("no disk")) : state.log(...args);
  const clock = fakeClock(0);
  using logger = new StepLog({ state: { ...state, log } as State, clock, mask: (text) => text }, run, 1);
  logger.info("one");
  await clock.advance(1_000);
  logger.info("two");
  await assertRejects(() => logger.flush(), Error, "no disk");
  broken = false;
  await logger.flush();
  assertEquals((await state.logs(run)).map(({ message }) => message), ["one", "two"]);
});
