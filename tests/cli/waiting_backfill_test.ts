import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { openState } from "../../app/state.ts";
import { fixedServer } from "../faults/fixed_server.ts";
import { CommandLine } from "./command_line.ts";

const DAY = 86_400_000;

/** Lets time go by since OpenAQ was probed. */
async function rewind({ cwd }: CommandLine): Promise<void> {
  const state = await openState(join(cwd, "state.sqlite"), "write");
  for (const [key, field] of [["sources/openaq", "probed"], ["sensors/openaq_reachable", "at"]] as const) {
    const { value, version } = (await state.keyValue.get(key))!;
    const kept = value as Record<string, number>;
    await state.keyValue.put(key, { ...kept, [field]: kept[field]! - DAY }, version);
  }
  await state.close();
}

Deno.test("a backfill that OpenAQ's outage comes upon waits, says so, and goes on without asking anything twice", async () => {
  await using server = fixedServer();
  await using line = await CommandLine.open();
  const env = { ...server.env, LAKE_URL: "lake", STATE_URL: "state.sqlite", DEFAULT_LOOKBACK_DAYS: "1" };
  const run = (...args: string[]) => line.run(args, { env });
  await run("daemon", "--once");
  await run("backfill", "+vietnam/dev_mart", "--from", "2024-02-15", "--to", "2024-03-31", "--yes");
  const answered = new Map<string, number>();
  // It goes down after some answers of the first batch.
  server.fault = async (request) => {
    if (answered.size >= 20) return new Response("", { status: 503 });
    const { pathname, search } = new URL(request.url);
    answered.set(pathname + search, 1 + (answered.get(pathname + search) ?? 0));
    return await server.honest(request);
  };
  const down = await run("daemon", "--once");
  assertEquals(down.code, 1);
  assertMatch(down.stdout, /run \d+ \(.* backfill=1\) waits, as openaq is down since \S+Z: .*answered 503/);
  assertMatch(down.stderr, /^openaq is down: .*answered 503.*; what asks it waits\n$/);

  const [backfill] = (await run("backfills", "--json")).json;
  const { status, failed, remainingSeconds, waits } = backfill;
  assertEquals([status, failed, remainingSeconds, waits.for], ["running", 0, null, "openaq"]);
  assertMatch(waits.since, /^\d{4}-\S+Z$/);
  const listed = await run("backfills");
  assertMatch(listed.stdout, /\nbackfill 1 waits for openaq, which is down since \S+Z: .*answered 503/);
  assertEquals(/remaining/.test(listed.stdout), false);
  const { json: runs } = await run("runs", "--json");
  const queued = runs.filter(({ status }: { status: string }) => status === "queued");
  assertEquals(queued.map(({ waits }: { waits: { for: string } }) => waits.for), ["openaq", "openaq"]);
  assertMatch(
    (await run("runs")).stdout,
    /\nrun \d+ waits for openaq, which is down since \S+Z: .*answered 503/,
  );

  const before = server.requests;
  await run("daemon", "--once");
  assertEquals(server.requests - before, 0, "it is probed once a minute");
  server.fault = (request) => {
    const { pathname, search } = new URL(request.url);
    answered.set(pathname + search, 1 + (answered.get(pathname + search) ?? 0));
    return server.honest(request);
  };
  await rewind(line);
  assertEquals((await run("daemon", "--once")).code, 0);
  const [done] = (await run("backfills", "--json")).json;
  assertEquals([done.status, done.done, done.failed, done.waits], ["succeeded", done.total, 0, undefined]);
  const asked = [...answered].filter(([path]) => path.includes("/measurements"));
  assertEquals(asked.filter(([, times]) => times > 1), []);
});
