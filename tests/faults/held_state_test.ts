import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import type { Program } from "./program.ts";
import { Server } from "./server.ts";
import { pause, until } from "./until.ts";

const CHILD = fromFileUrl(import.meta.resolve("../adapters/state/sqlite_child.ts"));

/** Another process in the middle of a transaction on the state, until it is told to end. */
async function writing(path: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, "write", path],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "writing\n");
  return {
    pid: child.pid,
    async end() {
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}

/** Asks for a page over and over. @returns How long each answer took, in milliseconds. */
async function asking(url: string, signal: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  while (!signal.aborted) {
    const began = performance.now();
    const answer = await fetch(url);
    assertEquals([answer.status, await answer.text()], [200, "ok\n"]);
    took.push(performance.now() - began);
    await pause(20);
  }
  return took;
}

async function started(place: Place, server: Server): Promise<{ program: Program; healthz: string }> {
  const program = place.start(["daemon", "--port", "0"]);
  await program.says(/listens at \S+: /);
  const [, address] = program.stdout.match(/listens at (\S+): /)!;
  await until("requests for measurements", () => server.requests > 12);
  return { program, healthz: `${address}/healthz` };
}

/** All is made, each raw hour once, and nobody holds anything. */
async function assertDone(place: Place): Promise<void> {
  await until("all to be made", async () => {
    const runs: { status: string }[] = await place.ask(["runs"]);
    const open = runs.filter(({ status }) => status === "queued" || status === "running");
    return open.length === 0 && (await place.ask(["plan"])).steps.length === 0;
  });
  const state = await openSqliteState({ path: place.state, access: "read" });
  const made = (await state.since(0)).flatMap((event) =>
    event.kind === "materialized" && event.asset === "vietnam/raw_prod" ? [event.partition] : []
  );
  assert(made.length >= 24, `found ${made.length} hours`);
  assertEquals(made.length, new Set(made).size, "no hour is made twice");
  assertEquals(await state.holdings(), []);
  await state.close();
  assertEquals(await leftovers(place), []);
}

Deno.test("while another process writes to the state for ten seconds a daemon answers at once, and then goes on", async () => {
  await using server = new Server({ latency: 60 });
  await using place = await Place.make({ ...server.env, DEFAULT_LOOKBACK_DAYS: "1" });
  const { program, healthz } = await started(place, server);
  const over = new AbortController();
  const other = await writing(place.state);
  const asked = asking(healthz, over.signal);
  await pause(10_000);
  over.abort();
  const took = (await asked).sort((a, b) => a - b);
  await other.end();
  // A machine that is busy keeps a few waiting.
  const most = took[Math.floor(0.95 * took.length)]!;
  assert(most < 100, `found ${most} ms for one of twenty, and at most ${took.at(-1)} ms`);
  assert(took.at(-1)! < 1_000, `found ${took.at(-1)} ms`);

  await assertDone(place);
  program.signal("SIGTERM");
  const { code, stdout, stderr } = await program.ended;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(stdout.match(/process \d+ is writing to .*/g)?.length, 1, stdout);
});

Deno.test("a daemon that is told to end while another process writes ends once that is done", async () => {
  await using server = new Server({ latency: 60 });
  await using place = await Place.make({ ...server.env, DEFAULT_LOOKBACK_DAYS: "1" });
  const { program } = await started(place, server);
  const other = await writing(place.state);
  await program.says(/is writing to /);
  program.signal("SIGTERM");
  await program.says(/ends: 1 run at work/);
  await other.end();
  const { code, stderr } = await program.ended;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const [run] = await place.ask(["runs"]);
  assertEquals(run.status, "queued");
  const next = place.start(["daemon", "--port", "0"]);
  await assertDone(place);
  next.signal("SIGTERM");
  assertEquals((await next.ended).code, 0);
});

Deno.test("what another process writes for longer than anybody waits is told in a line, and the daemon goes on after it", async () => {
  await using server = new Server({ latency: 60 });
  await using place = await Place.make({ ...server.env, DEFAULT_LOOKBACK_DAYS: "1" });
  const { program } = await started(place, server);
  const other = await writing(place.state);
  await program.says(/did not let go/);
  assertEquals(program.over, false);
  await other.end();
  await assertDone(place);
  program.signal("SIGTERM");
  const { code, stdout, stderr } = await program.ended;
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  // Each part of the daemon that waited tells it once: that it is tried again, or the lake opened again.
  const told = stdout.match(/.*did not let go.*/g)!;
  const wanted = `writing the state: process ${other.pid} did not let go of "${place.state}" for 20 s, ` +
    "wanted its transaction to end";
  assertEquals(told.filter((line) => !line.includes(wanted)), []);
  assertEquals(told, [...new Set(told)]);
  assert(told.some((line) => /; the lake is opened again in|, tried again in/.test(line)), stdout);
});
