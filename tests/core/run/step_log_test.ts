import { assertEquals } from "@std/assert";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import type { LogEntry } from "../../../core/ports/state.ts";
import { type Session, StepLog } from "../../../core/run/session.ts";
import { fakeClock } from "../../fake_clock.ts";

/** The entries that a step's log keeps of what `write` logs, with a secret masked. */
async function logged(secret: string, write: (log: StepLog) => void): Promise<readonly LogEntry[]> {
  const state = memoryState(memoryStore(), "a");
  const run = await state.beginRun(null, 0);
  const mask = (text: string) => text.replaceAll(secret, "***");
  const log = new StepLog({ state, clock: fakeClock(7), mask } as unknown as Session, run, 1);
  write(log);
  await log.flush();
  return await state.logs(run);
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
