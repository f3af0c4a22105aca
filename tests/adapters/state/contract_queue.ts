import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RunRequest, Slot, State } from "../../../core/mod.ts";
import { ASSETS, HOURS, materialized, REQUEST, started } from "./build.ts";
import type { Harness } from "./harness.ts";

/** Runs that wait for a worker. */
export function describeQueue(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      await body(harness);
    });

  const queued = async (state: State, given: Partial<RunRequest> = {}, at = 100) =>
    (await state.enqueue({ ...REQUEST, ...given }, at)).run;
  const status = async (state: State, run: number) => (await state.run(run))?.run.status;

  test("a queued run waits, and is taken once, the most urgent and then the oldest first", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals(await a.take(0), undefined);
    const [old, young] = [await queued(a), await queued(b)];
    const urgent = await queued(a, { priority: 5, tags: { for: "today" }, parent: old });
    const least = await queued(a, { priority: -1 });
    const request = { ...REQUEST, priority: 5, tags: { for: "today" }, parent: old };
    const record = {
      id: urgent,
      status: "queued",
      started: 100,
      ended: null,
      request,
      summary: null,
    } as const;
    assertEquals((await b.run(urgent))?.run, record);
    assertEquals(await a.oldest(), Math.min(...(await a.runs(9)).map(({ started }) => started)));
    assertEquals(await b.take(200), { id: urgent, request, steps: 0, seq: 0 });
    assertEquals((await a.run(urgent))?.run, { ...record, status: "running", started: 200 });
    const rest = [await a.take(201), await b.take(202), await a.take(203), await b.take(204)];
    assertEquals(rest.map((taken) => taken?.id), [old, young, least, undefined]);
    await b.endRun(urgent, "succeeded", null, 300);
    assertEquals(await status(a, urgent), "succeeded");
    assertEquals(await a.oldest(), null);
  });

  test("only what is more urgent is taken where that is asked for", async (harness) => {
    const a = await harness.worker("a");
    const [usual, urgent] = [await queued(a), await queued(a, { priority: 2 })];
    assertEquals(await a.take(1, 2), undefined);
    assertEquals((await a.take(2, 1))?.id, urgent);
    assertEquals(await a.take(3, 0), undefined);
    assertEquals((await a.take(4, -1))?.id, usual);
  });

  test("what materializes an asset that is waited for stays queued", async (harness) => {
    const a = await harness.worker("a");
    const over = (...assets: string[]) => assets.map((asset) => ({ asset, from: null, to: null }));
    const waits = await queued(a, { priority: 9, ranges: over("t/days", "t/hours") });
    const empty = await queued(a, { priority: 8 });
    const pruned = await queued(a, { command: "prune", priority: 7, ranges: over("t/hours") });
    const other = await queued(a, { priority: 6, ranges: over("t/days", 'odd "key"') });
    const take = async (...waiting: string[]) => (await a.take(1, undefined, waiting))?.id;
    assertEquals(await take("t/hours", "t/gone"), empty);
    assertEquals(await take("t/hours", 'odd "key"'), pruned);
    assertEquals(await take("t/hours", 'odd "key"'), undefined);
    assertEquals((await a.take(1, 6, ["t/hours"]))?.id, undefined);
    assertEquals(await take("t/hours"), other);
    assertEquals(await take(), waits);
  });

  test("a run that is handed back is queued as it was, unless its end was asked for or it is another's", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const [run, other, typed] = [await queued(a), await queued(a), await started(a)];
    await a.take(200);
    await a.take(201);
    await b.handBack(run, 202);
    await a.handBack(typed, 202);
    await a.handBack(99, 202);
    assertEquals([await status(b, run), await status(b, typed)], ["running", "running"]);
    for (const _ of [1, 2]) await a.handBack(run, 203);
    assertEquals((await b.run(run))?.run.status, "queued");
    assertEquals((await b.take(204))?.id, run);
    await a.cancel(other, 205);
    await a.handBack(other, 206);
    const { status: ended, ended: at } = (await b.run(other))!.run;
    assertEquals([ended, at, await b.take(207)], ["cancelled", 206, undefined]);
  });

  test("runs are counted as they stand, those of dead workers as what becomes of them", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const none = { queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, interrupted: 0 };
    assertEquals(await a.runCounts(), none);
    for (let i = 0; i < 4; i++) await queued(a);
    await a.take(200);
    await a.endRun((await b.take(201))!.id, "failed", null, 202);
    await a.cancel(3, 203);
    await started(b);
    assertEquals(await b.runCounts(), { ...none, queued: 1, running: 2, failed: 1, cancelled: 1 });
    await harness.kill("a");
    await harness.kill("b");
    const c = await harness.worker("c");
    assertEquals(await c.runCounts(), { ...none, queued: 2, interrupted: 1, failed: 1, cancelled: 1 });
  });

  test("two who take at once take different runs", async (harness) => {
    const workers = await Promise.all(["a", "b", "c"].map((name) => harness.worker(name)));
    for (let i = 0; i < 2; i++) await queued(workers[0]!);
    const taken = await Promise.all(workers.map((worker) => worker.take(1)));
    assertEquals(taken.flatMap((each) => each?.id ?? []).sort(), [1, 2]);
  });

  test("a key that was ever used never runs again, whatever became of its run", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const first = await a.enqueue({ ...REQUEST, key: "today" }, 1);
    assertEquals(first, { run: 1, isNew: true });
    assertEquals(await b.enqueue({ ...REQUEST, priority: 9, key: "today" }, 2), { run: 1, isNew: false });
    assertEquals((await b.take(3))?.id, 1);
    assertEquals(await a.enqueue({ ...REQUEST, key: "today" }, 4), { run: 1, isNew: false });
    await b.endRun(1, "failed", null, 5);
    assertEquals(await a.enqueue({ ...REQUEST, key: "today" }, 6), { run: 1, isNew: false });
    assertEquals(await a.enqueue({ ...REQUEST, key: "tomorrow" }, 6), { run: 2, isNew: true });
    await a.cancel(2, 7);
    assertEquals(await b.enqueue({ ...REQUEST, key: "tomorrow" }, 8), { run: 2, isNew: false });
    assertEquals(await a.take(9), undefined);
    await assertRejects(() => a.beginRun({ ...REQUEST, key: "today" }, 9), Error, 'found the key "today"');
    assertEquals((await a.runs(9)).length, 2);
  });

  test("what is begun at once is never queued, and nobody else can take it", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const run = await started(a);
    assertEquals([await status(b, run), await b.take(1)], ["running", undefined]);
    await harness.kill("a");
    await b.recover(2);
    assertEquals([await status(b, run), await b.take(3)], ["interrupted", undefined]);
  });

  test("a run whose worker died is queued again, with its steps so far, and taken by another", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    await a.register(ASSETS, 0);
    const run = await queued(a);
    await a.take(200);
    await a.claim(run, HOURS, [{ from: 1, to: 2 }], { step: 3, at: 201 });
    assertEquals([await status(b, run), await b.take(202)], ["running", undefined]);
    await harness.kill("a");
    assertEquals(await status(b, run), "queued", "before anybody noted it");
    const [adopted] = await b.recover(203);
    assertEquals(adopted?.run, run);
    assertEquals((await b.run(run))?.run.status, "queued");
    assertEquals(await b.take(204), { id: run, request: REQUEST, steps: 3, seq: 0 });
    const found = (await b.run(run))!;
    assertEquals([found.run.status, found.run.started, found.run.ended], ["running", 204, null]);
  });

  test("what a worker took and did not end is handed back when it closes", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const [run, begun] = [await queued(a), await started(a)];
    await a.take(200);
    await a.close();
    assertEquals([await status(b, run), await status(b, begun)], ["queued", "interrupted"]);
    assertEquals((await b.take(201))?.id, run);
  });

  /** Lets so many workers of a run die; what each does first, if that is given. @returns Where the run stands then. */
  async function dying(
    harness: Harness,
    run: number,
    deaths: number,
    act: (state: State, death: number) => Promise<unknown> = () => Promise.resolve(),
  ) {
    for (let death = 1; death <= deaths; death++) {
      const worker = await harness.worker(`dying ${death}`);
      await worker.recover(1_000 + death);
      assertEquals((await worker.take(1_000 + death))?.id, run);
      await act(worker, death);
      await harness.kill(`dying ${death}`);
    }
    const next = await harness.worker("next");
    await next.recover(2_000);
    return (await next.run(run))!.run;
  }

  test("a run is given up after ten deaths in a row, and says so", async (harness) => {
    const run = await queued(await harness.worker("a"));
    assertEquals((await dying(harness, run, 9)).status, "queued");
    const { status, ended, summary } = await dying(harness, run, 1);
    assertEquals([status, ended], ["failed", 2_000]);
    assert(JSON.stringify(summary).includes("10 workers in a row died"), JSON.stringify(summary));
    assertEquals(await (await harness.worker("b")).take(3_000), undefined);
  });

  test("deaths before an event of the run, or a word that it got on, count no more", async (harness) => {
    const a = await harness.worker("a");
    await a.register(ASSETS, 0);
    const [one, two] = [await queued(a, { priority: 1 }), await queued(a)];
    const events = (run: number | null) => [materialized(1, { run })];
    const made = await dying(
      harness,
      one,
      19,
      (state, death) => state.commit({ claim: null, events: events(death === 10 ? one : null) }),
    );
    assertEquals(made.status, "queued");
    assertEquals((await dying(harness, one, 1)).status, "failed");
    const told = await dying(harness, two, 19, async (state, death) => {
      if (death === 10) await state.gotOn(two);
    });
    assertEquals(told.status, "queued");
    assertEquals((await dying(harness, two, 1)).status, "failed");
  });

  test("who died while it only waited for a slot is not counted; who had a step at work is", async (harness) => {
    const a = await harness.worker("a");
    await a.register(ASSETS, 0);
    const slot = { pool: "one", most: 1 };
    const claim = (state: State, run: number, partition: number, slot?: Slot) =>
      state.claim(run, HOURS, [{ from: partition, to: partition }], undefined, slot);
    assert((await claim(a, await started(a), 1, slot)).granted);
    const run = await queued(a);
    await dying(harness, run, 9);
    const waited = await dying(harness, run, 12, async (state) => {
      assert((await claim(state, run, 2, slot)).full);
    });
    assertEquals(waited.status, "queued");
    const atWork = await dying(harness, run, 1, async (state) => {
      assert((await claim(state, run, 3)).granted);
      assert((await claim(state, run, 2, slot)).full);
    });
    assertEquals(atWork.status, "failed");
  });

  test("what was handed back has not died", async (harness) => {
    const run = await queued(await harness.worker("a"));
    await dying(harness, run, 9);
    for (let i = 0; i < 3; i++) {
      const worker = await harness.worker(`closing ${i}`);
      await worker.take(3_000);
      await worker.close();
    }
    assertEquals(await status(await harness.worker("b"), run), "queued");
  });

  test("a queued run is cancelled at once, a running one is asked to end, one that ended stays", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const [waiting, running] = [await queued(a), await started(b)];
    assertEquals(await a.cancel(waiting, 500), "queued");
    const { run } = (await b.run(waiting))!;
    assertEquals([run.status, run.started, run.ended], ["cancelled", 500, 500]);
    assertEquals(await b.take(501), undefined);

    assertEquals(await b.isCancelled(running), false);
    assertEquals(await a.cancel(running, 502), "running");
    assertEquals([await b.isCancelled(running), await status(a, running)], [true, "running"]);
    await b.endRun(running, "cancelled", null, 503);
    assertEquals(await a.cancel(running, 504), "cancelled");
    assertEquals((await a.run(running))?.run.ended, 503);
    await assertRejects(() => a.cancel(99, 505), Error, "run 99");
    assertEquals(await a.isCancelled(99), false);
  });

  test("a run that was to end is not queued again when its worker dies", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const [dead, closed] = [await queued(a), await queued(a)];
    await a.take(200);
    await b.take(200);
    for (const run of [dead, closed]) await b.cancel(run, 300);
    await harness.kill("a");
    await b.close();
    const c = await harness.worker("c");
    assertEquals([await status(c, dead), await status(c, closed)], ["cancelled", "cancelled"]);
    await c.recover(400);
    assertEquals([await status(c, dead), await status(c, closed)], ["cancelled", "cancelled"]);
    assertEquals([(await c.run(dead))?.run.ended, await c.take(401)], [400, undefined]);
  });

  test("a dead worker's queued run can be cancelled before anybody notes its death", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const run = await queued(a);
    await a.take(200);
    await harness.kill("a");
    assertEquals(await b.cancel(run, 300), "queued");
    await b.recover(400);
    assertEquals([await status(b, run), await b.take(401)], ["cancelled", undefined]);
  });

  test("a run that is released by force is interrupted, though it was queued", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const run = await queued(a);
    await a.take(200);
    await b.free(run, 300);
    await b.recover(400);
    assertEquals([await status(b, run), await b.take(401)], ["interrupted", undefined]);
  });

  test("keys that nobody asks by any more can be forgotten, and no others", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const DAY = 86_400_000;
    const ask = (key: string, at: number) => a.enqueue({ ...REQUEST, key }, at);
    const page = { after: "", limit: 9 };
    for (const key of ["open", "over", "again", "soon"]) await ask(key, 1_000);
    for (const key of ["over", "again", "soon"]) await a.cancel((await ask(key, 1_000)).run, 1_000);
    await ask("again", 1_000 + DAY);
    await ask("young", 5_000);
    await a.cancel((await ask("young", 5_000)).run, 5_000);
    assertEquals(await b.keysUsedBefore(2_000, page), ["over", "soon"]);
    assertEquals(await b.keysUsedBefore(2_000, { after: "over", limit: 9 }), ["soon"]);
    assertEquals(await b.keysUsedBefore(DAY + 1_001, { after: "", limit: 2 }), ["again", "over"]);
    // Somebody asks by one while it is being forgotten.
    await ask("soon", 9_000 + DAY);
    await b.forgetKeys(["open", "over", "again", "soon", "young", "none"], 2_000);
    const isNew = async (key: string) => (await ask(key, 9_000 + DAY)).isNew;
    assertEquals(
      [
        await isNew("open"),
        await isNew("over"),
        await isNew("again"),
        await isNew("soon"),
        await isNew("young"),
      ],
      [false, true, false, false, false],
    );
    // What is run again is kept again.
    assertEquals([await isNew("over"), (await a.runs(9)).length], [false, 6]);
  });

  test("only what is of known assets is taken where that is asked for", async (harness) => {
    const a = await harness.worker("a");
    const range = (asset: string) => ({ asset, from: null, to: null });
    const both = await queued(a, { priority: 9, ranges: [range(HOURS), range("test/others")] });
    const [hours, none] = [await queued(a, { ranges: [range(HOURS)] }), await queued(a, { ranges: [] })];
    assertEquals((await a.take(1, undefined, [], [HOURS]))?.id, hours);
    assertEquals((await a.take(2, undefined, [], []))?.id, none);
    assertEquals(await a.take(3, undefined, [], [HOURS]), undefined);
    assertEquals(await a.take(4, 9, [], [HOURS, "test/others"]), undefined);
    assertEquals((await a.take(5, 8, [], [HOURS, "test/others"]))?.id, both);
  });
}
