import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { declared } from "../served.ts";
import { shown } from "./shown.ts";

const BEGIN = { selection: "*", from: "2024-01-28", to: "2024-01-31" };

/** Pages over a lake with backfills, whose ticker queues their batches. */
async function opened() {
  const made = await shown(declared());
  const ticker = await made.orchestrator.backfillTicker();
  const tick = () => ticker.tick(new AbortController().signal);
  return { ...made, tick };
}

Deno.test("where there is no backfill, the page says what one is for and leads to its beginning", async () => {
  const { get } = await opened();
  const { status, text, html } = await get("/backfills");
  assertEquals(status, 200);
  assertMatch(text, /No backfill was begun yet/);
  assertStringIncludes(html, 'href="/acts/backfill?selection=*"');
});

Deno.test("a backfill is begun at a page, and is told of with its progress, batches and runs", async () => {
  const { get, post, tick, work } = await opened();
  assertEquals(await post("/acts/backfill", BEGIN), { status: 303, location: "/backfills/1" });
  assertMatch(
    (await get("/backfills")).text,
    /#1 going on \* 2024-01-28 … 2024-01-31 0 of 8 partitions, 0 %/,
  );
  assertMatch((await get("/backfills/1")).text, /Batches wait: no daemon is at work/);
  await tick();
  assertMatch((await get("/backfills/1")).text, /1 #1 queued 2024-01-28 … 2024-01-31 0 of 8/);
  await work();
  await tick();
  const list = await get("/backfills");
  assertMatch(list.text, /ended with failures .* 6 of 8 partitions, 75 % 2 failed/);
  const { text, html } = await get("/backfills/1");
  assertMatch(text, /Backfill 1 ended with failures .*Look at the runs that failed and retry them/);
  assertMatch(text, /Requests about 0 to the source/);
  assertMatch(html, /<a href="\/runs\/1" aria-label="Batch 1: #1 failed"/);
  assertMatch((await get("/runs/1")).html, /href="\/backfills\/1">backfill 1\/1</);
});

Deno.test("a backfill is paused, resumed and cancelled once it was said what that does", async () => {
  const { get, post, state, tick } = await opened();
  await post("/acts/backfill", BEGIN);
  await tick();
  const turn = async (turn: string) => {
    const page = await get(`/acts/backfills?id=1&turn=${turn}`);
    assertEquals(await post("/acts/backfills", { id: "1", turn }), { status: 303, location: "/backfills/1" });
    return page.text;
  };
  assertMatch(
    await turn("pause"),
    /Pause backfill 1 No further batch begins .* Partitions left: 8, in 1 batch\./,
  );
  assertEquals((await state.backfills.get(1))!.status, "paused");
  assertMatch((await get("/backfills")).text, /#1 paused .* Resume Cancel/);
  assertMatch(await turn("resume"), /Resume backfill 1 Its batches begin again/);
  assertMatch(await turn("cancel"), /Cancel backfill 1 Its batches leave the queue/);
  assertEquals((await state.run(1))!.run.status, "cancelled");
  const over = await get("/acts/backfills?id=1&turn=pause");
  assertMatch(over.text, /It has ended \(cancelled\): there is nothing to change/);
  assertNotMatch((await get("/backfills/1")).text, /Pause/);
});

Deno.test("a backfill that there is not is not found", async () => {
  const { get, post } = await opened();
  for (const id of ["1", "0", "x"]) {
    const { status, text } = await get(`/backfills/${id}`);
    assertEquals([status, text.includes("There is no such backfill")], [404, true], id);
  }
  assertEquals((await get("/acts/backfills?id=1&turn=pause")).status, 400);
  assertEquals((await post("/acts/backfills", { id: "1", turn: "pause" })).status, 400);
  assertEquals((await post("/acts/backfills", { id: "1", turn: "stop" })).status, 400);
});

Deno.test("a batch that waits says that its backfill is paused", async () => {
  const { get, post, state, tick } = await opened();
  await post("/acts/backfill", BEGIN);
  await tick();
  await post("/acts/backfills", { id: "1", turn: "pause" });
  assertEquals((await state.run(1))!.run.status, "queued");
  assertMatch((await get("/runs")).text, /#1 queued waits, as backfill 1 is paused/);
  assertMatch((await get("/runs/1")).text, /Now waits, as backfill 1 is paused/);
});
