import { assert, assertEquals } from "@std/assert";
import type { AssetRange, BackfillRequest, RunRequest, State } from "../../../core/mod.ts";
import { HOURS, REQUEST } from "./build.ts";
import type { Harness } from "./harness.ts";

const ASKED: BackfillRequest = {
  selection: ["+test/hours"],
  from: "2018-01-01",
  to: "2018-01-31",
  only: ["missing"],
  oldestFirst: true,
  total: 3,
  requests: null,
  leastSeconds: 7,
  seq: 12,
};
const batch = (from: string, to: string): AssetRange[] => [{ asset: HOURS, from, to }];
const BATCHES = [
  batch("2018-01-01T00", "2018-01-01T01"),
  batch("2018-01-02T00", "2018-01-02T00"),
  [],
];

/** What backfills were asked for, and their batches. */
export function describeBackfills(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      await body(harness);
    });

  const requested = (id: number, place: number): RunRequest => ({
    ...REQUEST,
    ranges: BATCHES[place - 1]!,
    priority: -1,
    tags: { backfill: String(id), batch: String(place) },
  });
  const next = (state: State, id: number, place: number, at = 200) =>
    state.backfills.enqueue(id, place, requested(id, place), at);
  const runs = async (state: State, id: number) =>
    (await state.backfills.batches(id)).map(({ run }) => run?.status ?? null);

  test("a backfill is kept as it was asked for, with its batches, the newest first", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await a.backfills.list(), await a.backfills.get(1)], [[], undefined]);
    assertEquals([await a.backfills.batches(1), await a.backfills.ranges(1, 1)], [[], []]);
    const first = await a.backfills.begin(ASKED, BATCHES, 100);
    const second = await b.backfills.begin({ ...ASKED, requests: 5 }, [], 101);
    assert(second > first);
    const record = { id: first, status: "running", started: 100, ended: null, request: ASKED } as const;
    assertEquals((await b.backfills.list()).map(({ id }) => id), [second, first]);
    assertEquals(await b.backfills.get(first), record);
    assertEquals((await a.backfills.get(second))?.request.requests, 5);
    assertEquals(await b.backfills.batches(first), [1, 2, 3].map((batch) => ({ batch, run: null })));
    assertEquals(await b.backfills.batches(second), []);
    assertEquals(await Promise.all([1, 2, 3, 4].map((place) => b.backfills.ranges(first, place))), [
      ...BATCHES,
      [],
    ]);
    assertEquals(await Promise.all([first, second].map((id) => b.backfills.allRanges(id))), [BATCHES, []]);
  });

  test("each batch is one run, whoever queues it and however often", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const id = await a.backfills.begin(ASKED, BATCHES, 100);
    const [one, same] = await Promise.all([next(a, id, 1), next(b, id, 1, 201)]);
    assertEquals([one?.run, [one?.isNew, same?.isNew].sort()], [same?.run, [false, true]]);
    const other = await next(b, id, 2, 300);
    assert(other!.isNew && other!.run !== one!.run);
    const record = (await a.run(one!.run))!.run;
    assertEquals([record.status, record.request], [
      "queued",
      { ...requested(id, 1), key: `backfill/${id}/1` },
    ]);
    assertEquals((await a.take(400))?.id, one!.run);
    assertEquals(await a.backfills.batches(id), [
      { batch: 1, run: { id: one!.run, status: "running", started: 400, ended: null } },
      { batch: 2, run: { id: other!.run, status: "queued", started: 300, ended: null } },
      { batch: 3, run: null },
    ]);
    await a.endRun(one!.run, "failed", null, 450);
    assertEquals((await a.backfills.batches(id))[0]!.run, {
      id: one!.run,
      status: "failed",
      started: 400,
      ended: 450,
    });
    assertEquals(await next(b, id, 1, 500), { run: one!.run, isNew: false }, "it never runs again");
    assertEquals(await a.backfills.enqueue(99, 1, REQUEST, 0), undefined);
  });

  test("while a backfill is paused none of its batches is queued or taken, whatever becomes of the worker", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const id = await a.backfills.begin(ASKED, BATCHES, 100);
    await next(a, id, 1);
    await next(a, id, 2);
    const { id: taken } = (await a.take(300))!;
    const other = (await b.enqueue({ ...REQUEST, priority: -2 }, 301)).run;
    assertEquals(await b.backfills.turn(id, "paused", 302), "running");
    assertEquals(await next(a, id, 3), undefined);
    assertEquals((await b.take(303))?.id, other, "what is less urgent goes on");
    assertEquals(await b.take(304), undefined);
    await harness.kill("a");
    await b.recover(305);
    assertEquals([await runs(b, id), await b.take(306)], [["queued", "queued", null], undefined]);
    assertEquals(await b.backfills.turn(id, "paused", 307), "paused");
    assertEquals(await b.backfills.turn(id, "running", 308), "paused");
    assertEquals([(await b.take(309))?.id, (await b.take(310))?.id !== undefined], [taken, true]);
  });

  test("who is cancelled has its runs cancelled, those at work are asked for their end, others are let be", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const id = await a.backfills.begin(ASKED, BATCHES, 100);
    const other = await a.backfills.begin(ASKED, BATCHES, 100);
    const [working, waiting] = [(await next(a, id, 1))!.run, (await next(a, id, 2))!.run];
    const [apart] = [(await next(a, other, 1))!.run];
    const retried = (await a.enqueue({ ...requested(id, 1), key: "retry/1" }, 250)).run;
    assertEquals((await a.take(300))?.id, working);
    assertEquals(await b.backfills.turn(id, "cancelled", 400), "running");
    const status = async (run: number) => (await b.run(run))?.run.status;
    assertEquals([await status(waiting), await status(retried), await status(apart)], [
      "cancelled",
      "cancelled",
      "queued",
    ]);
    assertEquals([await a.isCancelled(working), await a.isCancelled(apart)], [true, false]);
    assertEquals(await next(b, id, 3), undefined);
    const { status: stands, ended } = (await b.backfills.get(id))!;
    assertEquals([stands, ended], ["cancelled", 400]);
    assertEquals(await b.backfills.turn(id, "running", 401), "cancelled", "it stays as it is");
    assertEquals((await b.backfills.list("open")).map(({ id }) => id), [other]);
    assertEquals(await b.backfills.turn(99, "paused", 402), undefined);
  });

  test("what has ended stays as it ended, and is forgotten in its time", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const ids = [];
    for (let i = 0; i < 4; i++) ids.push(await a.backfills.begin(ASKED, BATCHES, 100));
    const [done, failed, cancelled, open] = ids as [number, number, number, number];
    await a.backfills.end(done, "succeeded", 200);
    await a.backfills.end(done, "failed", 300);
    await b.backfills.end(failed, "failed", 300);
    await b.backfills.turn(cancelled, "cancelled", 250);
    const stands = async () => (await b.backfills.list()).map(({ id, status, ended }) => [id, status, ended]);
    assertEquals(await stands(), [
      [open, "running", null],
      [cancelled, "cancelled", 250],
      [failed, "failed", 300],
      [done, "succeeded", 200],
    ]);
    assertEquals(await a.backfills.turn(done, "cancelled", 400), "succeeded");
    await a.forgetOlder(251, "only");
    assertEquals((await stands()).length, 4);
    await a.forgetOlder(251);
    assertEquals(await stands(), [[open, "running", null], [failed, "failed", 300]]);
    assertEquals(await a.backfills.batches(done), []);
    await a.forgetOlder(1_000);
    assertEquals((await stands()).map(([id]) => id), [open]);
    const further = await b.backfills.begin(ASKED, [], 500);
    assert(further > open, "numbers are never given again");
  });

  test("a batch whose run was forgotten has ended", async (harness) => {
    const a = await harness.worker("a");
    const id = await a.backfills.begin(ASKED, BATCHES, 100);
    const { run } = (await next(a, id, 1))!;
    await a.take(200);
    await a.endRun(run, "succeeded", null, 201);
    await a.enqueue(REQUEST, 202);
    await a.forgetOlder(1_000);
    const [batch] = await a.backfills.batches(id);
    assertEquals([batch?.run?.id, batch?.run?.status], [run, "interrupted"]);
    assert(batch?.run?.ended !== null);
  });
}
