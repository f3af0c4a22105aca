import { assert, assertEquals, assertMatch } from "@std/assert";
import { daily, definer, from, identity } from "../../core/mod.ts";
import * as schemas from "../../web/api/schemas.ts";
import { contents } from "../core/lab.ts";
import { served } from "./served.ts";

const { asset } = definer<null>();
const DAY = "2024-01-29";

/** Days whose contents a test may change, with a check that may fail, and days made of them. */
async function changing() {
  const of: Record<string, string> = {};
  const verdict = { passed: true };
  const days = daily({ start: "2024-01-28" });
  const raw = asset({
    key: "t/raw",
    partitions: days,
    checks: [{
      checks: [{ name: "sound", severity: "blocking" }],
      async run({ outputs }) {
        await null;
        return outputs.map(({ partition }) => ({ check: "sound", partition, passed: verdict.passed }));
      },
    }],
    ...contents(of),
  });
  const mart = asset({
    key: "t/mart",
    partitions: days,
    deps: { raw: from(raw, identity) },
    ...contents({}),
  });
  const made = await served([raw, mart]);
  const work = async () => {
    const ended = [];
    for await (const { run, outcome } of made.orchestrator.work()) ended.push([run, outcome.status]);
    return ended;
  };
  return { ...made, of, verdict, work };
}

Deno.test("what a run would do is told before it is asked for; then it is queued and done by a worker", async () => {
  const { post, get, work, materialize } = await changing();
  const sent = { selection: "t/mart", partitions: [DAY] };
  const blocked = await post("/preview", sent, schemas.Preview);
  assertEquals([blocked.status, blocked.body.partitions], [200, 1]);
  assertMatch(blocked.body.blocked[0]!.message, /needs t\/raw 2024-01-29, which is missing: "\+t\/mart"/);
  const both = await post("/preview", { ...sent, selection: "+t/mart" }, schemas.Preview);
  assertEquals(both.body.assets.map(({ key, ranges }) => [key, ranges]), [
    ["t/raw", [{ from: DAY, to: DAY, count: 1 }]],
    ["t/mart", [{ from: DAY, to: DAY, count: 1 }]],
  ]);
  const queued = await post("/runs", { ...sent, selection: ["+t/mart"], key: "once" }, schemas.Asked);
  assertEquals([queued.status, queued.location, queued.body.status], [201, "/api/runs/1", "queued"]);
  assertEquals(queued.body.priority, 1);
  assertEquals([queued.body.waitsForWorker, queued.body.notes], [true, [
    'no daemon is at work: "deno task daemon" does it',
  ]]);
  const again = await post("/runs", { ...sent, selection: ["+t/mart"], key: "once" }, schemas.Asked);
  assertEquals([again.status, again.location, again.body.id], [200, null, 1]);
  assertEquals(await work(), [[1, "succeeded"]]);
  assertEquals((await get("/runs/1", schemas.RunDetail)).run.counts?.materialized, 2);
  await materialize();
  const nothing = await post("/preview", { selection: "*" }, schemas.Preview);
  assertEquals(nothing.body.nothing, "nothing to do: everything selected is fresh");
  const forced = await post(
    "/preview",
    { selection: "t/raw", partitions: [DAY], force: true },
    schemas.Preview,
  );
  assertEquals(forced.body.steps.map(({ causes }) => causes.map(({ kind }) => kind)), [["forced"]]);
});

Deno.test("a run that somebody waits for at a page is more urgent than what is asked for by itself", async () => {
  const { post, state } = await changing();
  const ranges = [{ asset: "t/raw", from: DAY, to: DAY }];
  await state.enqueue({ command: "materialize", ranges }, 0);
  await state.enqueue({ command: "materialize", ranges, priority: 2 }, 0);
  await post("/runs", { selection: "t/raw" }, schemas.Asked);
  const taken = [];
  for (let run = await state.take(0); run !== undefined; run = await state.take(0)) taken.push(run.id);
  assertEquals(taken, [2, 3, 1]);
});

Deno.test("partitions are forgotten by a queued run, and by name alone", async () => {
  const { post, get, work, materialize } = await changing();
  await materialize();
  const unranged = await post("/preview", { command: "wipe", selection: "t/mart" }, schemas.Preview);
  assertEquals([unranged.status, unranged.detail], [
    400,
    'wiping "t/mart": found no range, wanted partitions, from and to, or all',
  ]);
  const sent = { command: "wipe", selection: "t/mart", partitions: [DAY] };
  const told = await post("/preview", sent, schemas.Preview);
  assertEquals([told.body.partitions, told.body.requests], [1, 0]);
  const { body: { id } } = await post("/runs", sent, schemas.Asked);
  assertEquals(await work(), [[id, "succeeded"]]);
  assertEquals((await get(`/runs/${id}`, schemas.RunDetail)).run.counts, { forgotten: 1 });
  const { ranges } = await get("/assets/t/mart/states?all=true", schemas.States);
  assertEquals(ranges.map(({ from, state }) => [from, state]), [
    ["2024-01-28", "fresh"],
    [DAY, "missing"],
    ["2024-01-30", "fresh"],
  ]);
  const none = await post("/runs", sent, schemas.Asked);
  assertEquals([none.status, none.detail], [
    400,
    'asking for "wipe": found no such partition, wanted one that is materialized',
  ]);
});

Deno.test("a wipe that goes on after its worker died leaves what was made meanwhile", async () => {
  const { orchestrator, state, materialize } = await changing();
  await materialize();
  const ranges = [{ asset: "t/mart", from: DAY, to: DAY }];
  await state.enqueue({ command: "wipe", ranges }, 0);
  const taken = (await orchestrator.take())!;
  const wiped = await orchestrator.execute(taken);
  assertEquals(wiped.outcome.status, "succeeded");
  await materialize();
  await orchestrator.execute(taken); // as one whose end was not recorded
  assertEquals((await orchestrator.counts(7)).map(({ partitions }) => partitions.fresh), [4, 4]);
});

Deno.test("a version is put back by a queued run, once, whatever died meanwhile", async () => {
  const { post, get, of, orchestrator, materialize } = await changing();
  await materialize();
  const sent = { command: "rollback", selection: "t/raw", partitions: [DAY] };
  const none = await post("/preview", sent, schemas.Preview);
  assertEquals([none.body.nothing, none.body.versions], ["no earlier version is known", undefined]);
  for (const content of ["2", "3"]) {
    of[DAY] = content;
    await materialize({ force: true });
  }
  const told = await post("/preview", sent, schemas.Preview);
  assertEquals(told.body.versions, { from: "3", to: "2", rows: null });
  const { body: { id } } = await post("/runs", sent, schemas.Asked);
  const taken = (await orchestrator.take())!;
  await orchestrator.execute(taken);
  const version = async () => (await get(`/assets/t/raw/${DAY}`, schemas.Partition)).events[0]?.dataVersion;
  assertEquals(await version(), "2");
  await orchestrator.execute(taken); // as one whose end was not recorded
  assertEquals(await version(), "2");
  assertEquals((await get(`/runs/${id}`, schemas.RunDetail)).run.counts, { rolledBack: 1 });
  const many = await post("/runs", { ...sent, partitions: [DAY, "2024-01-30"] }, schemas.Asked);
  assertEquals([many.status, many.detail], [
    400,
    "rolling back: found 2 partitions, wanted one of one asset",
  ]);
});

Deno.test("checks are run by a queued run, which fails where a blocking one does", async () => {
  const { post, get, verdict, work, materialize } = await changing();
  await materialize();
  const sent = { command: "check", selection: "t/raw" };
  assertEquals((await post("/preview", sent, schemas.Preview)).body.partitions, 4);
  const sound = await post("/runs", sent, schemas.Asked);
  verdict.passed = true;
  assertEquals(await work(), [[sound.body.id, "succeeded"]]);
  verdict.passed = false;
  const { body: { id } } = await post("/runs", sent, schemas.Asked);
  assertEquals(await work(), [[id, "failed"]]);
  const { run, errors } = await get(`/runs/${id}`, schemas.RunDetail);
  assertEquals(run.counts?.failed, 4);
  assertMatch(JSON.stringify(errors), /blocking check \\"sound\\" failed/);
});

Deno.test("runs are cancelled and retried, and what cannot be is said", async () => {
  const { post, work } = await served().then((made) => ({
    ...made,
    work: async () => {
      for await (const _ of made.orchestrator.work());
    },
  }));
  const { body: { id } } = await post("/runs", { selection: "*" }, schemas.Asked);
  const cancelled = await post(`/runs/${id}/cancel`, undefined, schemas.Cancelled);
  assertEquals(cancelled.body, { run: id, status: "cancelled" });
  const twice = await post(`/runs/${id}/cancel`, undefined, schemas.Cancelled);
  assertEquals([twice.status, twice.detail], [
    409,
    `cancelling run ${id}: found it cancelled, wanted one that is queued or running`,
  ]);
  const retried = await post(`/runs/${id}/retry`, undefined, schemas.Retried);
  assertEquals([retried.status, retried.body.status, retried.body.parent], [201, "queued", id]);
  assertEquals((await post(`/runs/${id}/retry`, undefined, schemas.Retried)).status, 200);
  const early = await post(`/runs/${retried.body.run}/retry`, undefined, schemas.Retried);
  assertEquals(early.status, 400);
  await work();
  for (const path of ["/runs/77/cancel", "/runs/77/retry"]) {
    assertEquals((await post(path, undefined, schemas.Retried)).status, 404);
  }
});

Deno.test("what cannot be meant is not queued", async () => {
  const { post, ask, app } = await served();
  for (
    const [sent, detail] of [
      [{}, /reading "selection"/],
      [{ selection: "t/none" }, /found no asset "t\/none"/],
      [{ selection: "*", partitions: ["2024-01-29"], from: "2024-01-29" }, /wanted one way to name it/],
      [{ selection: "*", command: "wipe", force: true }, /found it with "wipe"/],
      [{ selection: "*", comand: "wipe" }, /comand/],
      [
        { selection: "*", from: "2031-01-01", to: "2031-01-02" },
        /found no such partition, wanted one that exists/,
      ],
      [{ selection: "*", partitions: ["2024-02-31"] }, /found no such partition of the selected assets/],
    ] as const
  ) {
    const { status, detail: found } = await post("/runs", sent, schemas.Asked);
    assertEquals(status, 400, JSON.stringify(sent));
    assertMatch(found!, detail);
  }
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: "{" };
  assertEquals((await ask("/runs", init)).status, 400);
  const foreign = { ...init, body: JSON.stringify({ selection: "*" }) };
  const refused = await app.request("/runs", {
    ...foreign,
    headers: { ...init.headers, origin: "https://evil.example" },
  });
  assertEquals(refused.status, 403);
  const own = await app.request("http://localhost/runs", {
    ...foreign,
    headers: { ...init.headers, origin: "http://localhost" },
  });
  assertEquals(own.status, 201);
  assert((await ask("/runs")).body.length === 1);
});
