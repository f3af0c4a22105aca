import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { CommandLine } from "./command_line.ts";

const env = { GRAPH: fromFileUrl(new URL("./backfill_graph.ts", import.meta.url)) };
const BACKFILL = ["backfill", "+past/days", "--from", "2024-01-01", "--to", "2024-01-06", "--yes"];

Deno.test("a queued run says what it waits for: a paused backfill, code that no daemon has, another run", async () => {
  await using line = await CommandLine.open();
  const run = (...args: string[]) => line.run(args, { env });
  await run("materialize", "past/hours", "--partition", "2024-01-01T00");
  await run(...BACKFILL);
  const state = await openSqliteState({ path: `${line.cwd}/lake-simulated.sqlite` });
  const at = Date.now();
  const ranges = [{ asset: "past/hours", from: "2024-01-02T00", to: "2024-01-02T00" }];
  const request = { command: "materialize", ranges, tags: { by: "automation" } } as const;
  const batch = { ...request, tags: { by: "backfill", backfill: "1", batch: "1" }, priority: -1 };
  const { run: id } = (await state.backfills.enqueue(1, 1, batch, at))!;
  const waits = async () => {
    const [listed, shown] = [await run("runs", "--json"), await run("runs", "show", String(id), "--json")];
    const own = listed.json.find((each: { id: number }) => each.id === id);
    assertEquals(shown.json.run, own);
    assertEquals(own.waits === undefined || Object.keys(own.waits).join() === "for,since,message", true);
    return own.waits && [own.waits.for, own.waits.message];
  };
  assertEquals(await waits(), undefined, "nobody works on anything: it is next");

  await run("backfills", "pause", "1");
  assertEquals(await waits(), [
    "backfill 1",
    "it is paused, `backfills resume 1` lets it go on",
  ]);
  const told = /run 2 waits for backfill 1: it is paused, `backfills resume 1` lets it go on\n/;
  assertMatch((await run("runs")).stdout, told);
  assertMatch((await run("runs", "show", "2")).stdout, /\nwaits for backfill 1: it is paused/);
  await run("backfills", "resume", "1");

  const codes = { "past/hours": 99, "past/days": 99 };
  await state.lead("ticks past", at, undefined, { note: { speed: 1, codes, automations: [] } });
  const [what, why] = (await waits())!;
  assertEquals(what, "code");
  assertMatch(why, /^past\/hours: the daemon of process \d+ on \S+ has other code of it than was registered/);
  assertMatch((await run("runs")).stdout, /\nrun 2 waits for code: past\/hours: the daemon of process/);

  const present = Object.fromEntries((await state.assets()).map(({ key, codeId }) => [key, codeId]));
  await state.lead("ticks past", at, undefined, { note: { speed: 1, codes: present, automations: [] } });
  assertEquals(await waits(), undefined);
  const urgent = await state.enqueue(request, at);
  await state.take(at);
  assertEquals(await waits(), [`run ${urgent.run}`, "it is at work, and no less urgent"]);
  await state.close();
});

Deno.test("a backfill of assets that no daemon has all of says so as it begins, and when it is looked at", async () => {
  await using line = await CommandLine.open();
  const run = (...args: string[]) => line.run(args, { env });
  await run("materialize", "past/hours", "--partition", "2024-01-01T00");
  const state = await openSqliteState({ path: `${line.cwd}/lake-simulated.sqlite` });
  for (const { key, codeId } of await state.assets()) {
    const note = { speed: 1, codes: { [key]: codeId }, automations: [] };
    await state.lead(`ticks ${key}`, Date.now(), undefined, { note });
  }
  const told = /\nbackfill 1 waits: no daemon makes all of its assets: the daemon of .*: start one with .*\n/;
  assertMatch((await run(...BACKFILL)).stdout, told);
  assertMatch((await run("backfills")).stdout, told);
  await state.close();
});

Deno.test("a run at work that has no slot of a pool says who has it", async () => {
  await using line = await CommandLine.open();
  const run = (...args: string[]) => line.run(args, { env });
  await run("materialize", "past/hours", "--partition", "2024-01-01T00");
  const state = await openSqliteState({ path: `${line.cwd}/lake-simulated.sqlite` });
  const slot = { pool: "openaq", most: 1 };
  const request = { command: "materialize", ranges: [] } as const;
  const [one, two] = [await state.beginRun(request, 0), await state.beginRun(request, 0)];
  await state.claim(one, "past/hours", [{ from: 1, to: 1 }], undefined, slot);
  await state.claim(two, "past/hours", [{ from: 2, to: 2 }], undefined, slot);
  const { stdout } = await run("runs");
  assertMatch(stdout, new RegExp(`\\nrun ${two} waits for a slot of openaq: run ${one} has its slot\\n`));
  await state.close();
});
