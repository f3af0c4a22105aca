import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { type State, StateError } from "../../../core/mod.ts";
import { started } from "./build.ts";

/** A process that is stopped in the middle of a transaction on a state. */
async function stoppedWriter(path: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fromFileUrl(import.meta.resolve("./sqlite_child.ts")), "write", path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "writing\n");
  child.kill("SIGSTOP");
  return {
    pid: child.pid,
    async end() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      await child.stdin.close().catch(() => {});
    },
  };
}

/** How a process is named; only Linux tells which one it is. */
const named = (pid: number) =>
  Deno.build.os === "linux" ? `process ${pid}, which is stopped,` : "another process";

Deno.test("sqlite: a write says whom it waits for, and goes on once it may", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state.db`;
  const told = Promise.withResolvers<string>();
  const state = await openSqliteState({ path, patience: { quiet: 100, most: 60_000 }, tell: told.resolve });
  const writer = await stoppedWriter(path);
  try {
    const run = started(state);
    assertEquals(await told.promise, `${named(writer.pid)} is writing to "${path}": waiting up to 60 s`);
    assertEquals(await state.runs(9), [], "reading goes on meanwhile");
    await writer.end();
    assertEquals(await run, 1);
  } finally {
    await state.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite: many writes wait side by side, and it is told once", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state.db`;
  const told: string[] = [];
  const begin = (most: number) =>
    openSqliteState({ path, patience: { quiet: 300, most }, tell: (line) => told.push(line) });
  const [hasty, patient] = [await begin(1_000), await begin(60_000)];
  const writes = (state: State) => Promise.allSettled(Array.from({ length: 30 }, () => started(state)));
  const writer = await stoppedWriter(path);
  try {
    const done = writes(patient);
    const began = performance.now();
    assertEquals(new Set((await writes(hasty)).map(({ status }) => status)), new Set(["rejected"]));
    // One after the other they would take half a minute.
    assert(performance.now() - began < 10_000);
    assertEquals(told.length, 2, told.join());
    await writer.end();
    assertEquals(new Set((await done).map(({ status }) => status)), new Set(["fulfilled"]));
  } finally {
    for (const state of [hasty, patient]) await state.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite: a write gives up in one line, and the next ones sooner", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state.db`;
  const state = await openSqliteState({ path, patience: { quiet: 300, most: 600 } });
  const writer = await stoppedWriter(path);
  try {
    const { message } = await assertRejects(() => started(state), StateError);
    assertEquals(
      message,
      `writing the state: ${named(writer.pid)} did not let go of "${path}" for 0.6 s, ` +
        "wanted its transaction to end",
    );
    const again = await assertRejects(() => started(state), StateError);
    assertMatch(again.message, /for 0\.[1-5] s, /);
  } finally {
    await writer.end();
    assert(await started(state) > 0, "it is written once it may");
    await state.close();
    await Deno.remove(folder, { recursive: true });
  }
});
