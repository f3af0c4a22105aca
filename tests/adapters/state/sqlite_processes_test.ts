import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { atState } from "../../in_folder.ts";
import { ASSETS, HOURS, materialized, started } from "./build.ts";
import { COUNTS, PARTITIONS } from "./sqlite_child.ts";

function child(mode: "work" | "hold" | "lead", path: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fromFileUrl(import.meta.resolve("./sqlite_child.ts")), mode, path],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("sqlite: processes on one file are never locked out and do nothing twice", () =>
  atState(async (path) => {
    // The file is not there: they also make it at once.
    const children = [child("work", path), child("work", path), child("work", path)];
    for (const worker of children) {
      await worker.stdin.close();
      const { code } = await worker.output();
      assertEquals(code, 0);
    }
    const state = await openSqliteState({ path });
    const events = await state.since(0);
    assertEquals(events.length, PARTITIONS);
    assertEquals(new Set(events.map((event) => "partition" in event && event.partition)).size, PARTITIONS);
    assertEquals((await state.keyValue.get("count"))?.value, 3 * COUNTS);
    assertEquals(await state.claims(), []);
    await state.close();
  }));

Deno.test("sqlite: what a killed process held is taken over", () =>
  atState(async (path) => {
    const state = await openSqliteState({ path });
    await state.register(ASSETS, 0);
    const holder = child("hold", path);
    const reader = holder.stdout.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "holding\n");
    const run = await started(state);
    const held = async () =>
      (await state.claim(run, HOURS, [{ from: 1, to: 1 }])).held.map((it) => it.abandoned);
    assertEquals(await held(), [false]);
    assertEquals(await state.recover(5), []);

    holder.kill("SIGKILL");
    await holder.status;
    await reader.cancel();
    await holder.stdin.close().catch(() => {});

    assertEquals(await held(), [true]);
    const [adopted] = await state.recover(6);
    assertEquals(adopted?.intents.map(({ event }) => event), [materialized(2)]);
    assertEquals((await state.since(0)).length, 1);
    const { status } = await state.commit({
      claim: adopted!.token,
      events: [adopted!.intents[0]!.event],
      release: true,
    });
    assertEquals(status, "committed");
    assertEquals((await state.run(adopted!.run))?.run.status, "interrupted");
    await state.close();
  }));

for (const stops of [false, true]) {
  Deno.test(`sqlite: the lead of a ${stops ? "stopped process is free once it is silent" : "killed one at once"}`, () =>
    atState(async (path) => {
      const state = await openSqliteState({ path });
      const leader = child("lead", path);
      const reader = leader.stdout.getReader();
      assertEquals(new TextDecoder().decode((await reader.read()).value), "leading\n");
      const place = { host: Deno.hostname(), pid: leader.pid };
      const found = { place, note: null, number: 1, beats: 0, at: 7 };
      assertEquals([await state.lead("ticks", 8), await state.leader("ticks")], [undefined, found]);
      if (stops) {
        leader.kill("SIGSTOP");
        assertEquals(await state.lead("ticks", 8), undefined);
        assertEquals(await state.lead("ticks", 8, found), { name: "ticks", number: 2 });
        assertEquals(await state.stalled("ticks"), [{ place, since: 7 }]);
      }
      leader.kill("SIGKILL");
      await leader.status;
      await reader.cancel();
      await leader.stdin.close().catch(() => {});
      if (!stops) assertEquals(await state.leader("ticks"), undefined);
      assertEquals([await state.lead("ticks", 8), await state.stalled("ticks")], [
        { name: "ticks", number: 2 },
        [],
      ]);
      await state.close();
    }));
}
