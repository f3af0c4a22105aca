import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import type { AssetEvent } from "../../core/mod.ts";
import { Place } from "./place.ts";
import type { Program } from "./program.ts";
import { until } from "./until.ts";

const DAEMON = ["daemon", "--port", "0"];
const GRAPH = fromFileUrl(import.meta.resolve("./codes_graph.ts"));
const OLD = { CODE: "1" }, NEW = { CODE: "2" };

async function place(): Promise<Place> {
  return await Place.make({ GRAPH });
}

/** What happened, each as `asset partition version`. */
async function log({ state: path }: Place): Promise<string[]> {
  const state = await openSqliteState({ path, access: "read" });
  const events = await state.since(0).finally(() => state.close());
  return events.map((event: AssetEvent) =>
    event.kind === "materialized"
      ? `${event.asset} ${event.partition} ${event.dataVersion}`
      : `${event.kind} ${event.asset}`
  );
}

async function ends(program: Program): Promise<string> {
  program.signal("SIGTERM");
  const { code, stdout, stderr } = await program.ended;
  assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
  return stdout;
}

/** How many partitions of an asset were made by each code, from one registration to the next. */
async function made(place: Place, asset: string): Promise<Record<string, number>[]> {
  const found: Record<string, number>[] = [{}];
  for (const line of await log(place)) {
    const [what, about, version] = line.split(" ") as [string, string, string?];
    if (what === "registered" && about === asset) found.push({});
    if (what === asset) found.at(-1)![version!] = (found.at(-1)![version!] ?? 0) + 1;
  }
  return found;
}

/** Starts an older daemon, which has made all of an asset. */
async function olderDaemon(here: Place): Promise<{ old: Program; months: number }> {
  const old = here.start(DAEMON, { env: OLD });
  await old.says(/run 1 .* succeeded/);
  return { old, months: (await made(here, "c/changed"))[0]!["1"]! };
}

Deno.test("an older daemon leaves what a newer command registered to a newer daemon, and takes it back with the older", async () => {
  await using here = await place();
  const { old, months } = await olderDaemon(here);
  const { code } = await here.run(["materialize", "c/changed"], { env: NEW });
  assertEquals(code, 0);
  await old.says(/c\/changed: found code \w+ in this process, wanted \w+ as it was registered since/);

  const backfill = ["backfill", "c/changed", "c/kept", "--from", "2024-01", "--to", "2024-02", "--yes"];
  const begun = await here.run(backfill, { env: NEW });
  assertEquals(begun.code, 0, begun.stderr);
  for (const args of [["status", "c/changed"], ["automation", "c/changed"], ["backfills"]]) {
    const { stdout } = await here.run(args, { env: NEW });
    assertStringIncludes(stdout, `the daemon of process ${old.pid} on`);
    assertStringIncludes(stdout, "has other code of it than was registered since and does not make it");
  }
  const young = here.start(DAEMON, { env: NEW });
  await young.says(/leads/);
  await old.says(/another daemon asks/);
  await until("the backfill to end", async () => {
    const { json: [{ status, done, failed }] } = await here.run(["backfills", "--json"], { env: NEW });
    return status === "succeeded" && done === 4 && failed === 0;
  });
  await until("all to be made", async () => (await made(here, "c/changed"))[1]!["2"] === months);
  assertEquals(await made(here, "c/changed"), [{ 1: months }, { 2: months }]);

  const back = await here.run(["materialize", "c/changed"], { env: OLD });
  assertEquals(back.code, 0);
  await young.says(/c\/changed: found code \w+ in this process, wanted/);
  await old.says(/this daemon's code is the registered one again/);
  await until("all to be made", async () => (await made(here, "c/changed"))[2]!["1"] === months);
  const said = await ends(old);
  assertEquals(said.match(/c\/changed: found code/g)?.length, 1, said);
  await ends(young);
});

Deno.test("who is killed as soon as its code is registered has registered it: the older daemon makes the other assets", async () => {
  await using here = await place();
  const { old } = await olderDaemon(here);
  const env = { ...NEW, ADDED: "1" };
  const young = here.start(DAEMON, { env });
  await until("it to be registered", async () => (await log(here)).includes("registered c/added"));
  young.signal("SIGKILL");
  await young.ended;
  await old.says(/c\/changed: found code/);
  const before = await made(here, "c/changed");
  for (const selection of ["*", "c/kept"]) {
    const args = ["backfill", selection, "--from", "2024-01", "--to", "2024-02", "--yes"];
    const { code, stderr } = await here.run(args, { env });
    assertEquals(code, 0, stderr);
  }
  await until("what it has the code of to be made", async () => {
    const { json: [kept, all] } = await here.run(["backfills", "--json"], { env });
    return kept.status === "succeeded" && all.status === "running" && all.waitsForCode !== undefined;
  });
  assertEquals(await made(here, "c/kept"), [{ 1: 2 }]);
  assertEquals(await made(here, "c/changed"), before);
  await ends(old);
});

Deno.test("a second daemon of another speed is refused in a line, and one of the same follows", async () => {
  await using here = await Place.make({ DEFAULT_LOOKBACK_DAYS: "1" });
  const fast = here.start([...DAEMON, "--speed", "60"]);
  await fast.says(/leads/);
  for (
    const [args, found, wanted] of [
      [["--speed", "120"], "--speed 120", "--speed 60, as it has"],
      [[], "no --speed", "--speed 60, as it has"],
    ] as const
  ) {
    const { code, stdout, errors } = await here.run([...DAEMON, ...args]);
    assertEquals([code, stdout], [2, ""]);
    assertEquals(errors, [
      `starting the daemon: found ${found} beside the daemon of process ${fast.pid} on ${Deno.hostname()}, ` +
      `wanted ${wanted}, or its end first`,
    ]);
  }
  const same = here.start([...DAEMON, "--speed", "60"]);
  await same.says(/another daemon asks/);
  await ends(same);
  await ends(fast);
});
