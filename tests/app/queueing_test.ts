import { assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openApp } from "../../app.ts";
import { CommandLine } from "../cli/command_line.ts";
import { orders } from "../cli/queue_graph.ts";

const env = { GRAPH: fromFileUrl(new URL("../cli/queue_graph.ts", import.meta.url)) };

Deno.test("who asks for runs reads what others write, and writes nothing but what it asks for", async () => {
  await using line = await CommandLine.open();
  orders.folder = line.cwd;
  await Deno.writeTextFile(`${line.cwd}/b`, "fail");
  assertEquals((await line.run(["materialize", "*"], { env })).code, 1);
  const app = await openApp({ env, cwd: line.cwd }, { lasting: true });
  await using lake = await app.lake("queue");
  const { state, orchestrator } = lake;
  const before = await state.since(0);

  assertEquals(await orchestrator.retry(1), { run: 2, isNew: true });
  assertEquals((await state.run(2))?.run.status, "queued");
  const ranges = [{ asset: "q/parts", from: "a", to: "a" }];
  const { run } = await state.enqueue({ command: "materialize", ranges }, 0);
  assertEquals(await state.cancel(run, 1), "queued");
  assertEquals((await state.run(run))?.run.status, "cancelled");
  const backfill = await state.backfills.begin({ ranges, oldestFirst: false } as never, [ranges], 0);
  assertEquals(await state.backfills.turn(backfill, "paused", 1), "running");
  assertEquals((await state.backfills.get(backfill))?.status, "paused");
  assertEquals(await state.keyValue.put("paused/x", true, 0), true);
  assertEquals((await state.keyValue.get("paused/x"))?.value, true);
  await state.acts.note({
    at: 1,
    role: "operate",
    address: "::1",
    act: "retry",
    detail: {},
    outcome: "done",
    message: "",
  });
  assertEquals((await state.acts.list({ limit: 9 })).map(({ act }) => act), ["retry"]);

  await assertRejects(() => state.take(1), Error, "read-only");
  await assertRejects(() => state.commit({ claim: null, events: [] }), Error, "read-only");
  await assertRejects(() => state.lead("ticks", 1), Error, "read-only");
  assertEquals(await state.since(0), before, "no code was registered");

  await Deno.writeTextFile(`${line.cwd}/b`, "");
  assertEquals((await line.run(["daemon", "--once"], { env })).code, 0);
  assertEquals((await state.run(2))?.run.status, "succeeded");
  const [status] = await orchestrator.status({ assets: new Set(["q/parts"]), lookbackDays: 7 });
  assertEquals(status!.partitions.fresh, 4);
});

Deno.test("which content a state has is told by it, until it is replaced or gone", async () => {
  await using line = await CommandLine.open();
  orders.folder = line.cwd;
  assertEquals((await line.run(["materialize", "*"], { env })).code, 0);
  assertEquals((await line.run(["state", "backup", "copy"], { env })).code, 0);
  const app = await openApp({ env, cwd: line.cwd }, { lasting: true });
  await using lake = await app.lake("queue");
  const content = await app.contentOf(lake.state);
  assertEquals((await line.run(["materialize", "*", "--force"], { env })).code, 0);
  assertEquals(await app.contentOf(lake.state), content);
  assertEquals((await line.run(["state", "restore", "copy"], { env })).code, 0);
  assertEquals(await app.contentOf(lake.state) === content, false);
  await Deno.remove(app.config.state);
  await assertRejects(() => app.contentOf(lake.state), Error, "was moved or removed meanwhile");
});
