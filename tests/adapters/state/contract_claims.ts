import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Intent, State } from "../../../core/mod.ts";
import { ASSETS, bytes, claimed, DAYS, HOURS, materialized, REQUEST, started } from "./build.ts";
import type { Harness } from "./harness.ts";

/** Claims, publications that were begun, and what is left of workers that are no more. */
export function describeClaims(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      await (await harness.worker("setup")).register(ASSETS, 0);
      await body(harness);
    });
  const intent = (partition: number): Intent => ({
    event: materialized(partition, { edges: bytes(3) }),
    replacements: [{ final: "f", temporary: "t", standing: { dataVersion: "v", hash: "h" } }, {
      final: "g",
      absent: true,
    }],
    measured: [{ path: "f", size: 1, hash: "aa" }],
  });

  const made = (partition: number, files: readonly string[], asset = HOURS) =>
    materialized(partition, {
      asset,
      ...(asset === DAYS && { codeId: 2, edges: bytes(1) }),
      payload: { files: files.map((path) => ({ path, size: 1, hash: "aa" })), rows: 1, metadata: {} },
    });
  /** Of what another asset's publication of partition 1 names, what is taken. */
  const taken = async (state: State, files: readonly string[], absent: readonly string[] = []) => {
    const { granted } = await state.claim(await started(state), DAYS, [{ from: 1, to: 1 }]);
    const committed = await state.commit({
      claim: granted!.token,
      events: [],
      intents: [{
        event: made(1, files, DAYS),
        replacements: absent.map((final) => ({ final, absent: true })),
        measured: [],
      }],
    });
    if (committed.status === "committed") {
      await state.commit({ claim: granted!.token, events: [], reverted: [1] });
    }
    await state.release(granted!.token);
    return committed.status === "taken" ? committed.places.map(({ path, by }) => [path, by.partition]) : [];
  };

  test("files of partitions that stand are taken for others, until they are given up", async (harness) => {
    const state = await harness.worker("a");
    await state.commit({ claim: null, events: [made(5, ["z/a", "z/b"]), made(6, ["z/c"])] });
    assertEquals(await taken(state, ["z/a", "z/new"], ["z/c", "z/none"]), [["z/a", 5], ["z/c", 6]]);
    assertEquals(await taken(state, ["z/new"], ["z/none"]), []);
    await state.commit({ claim: null, events: [made(5, ["z/b"])] });
    assertEquals(await taken(state, ["z/a", "z/b"]), [["z/b", 5]]);
    const common = { asset: HOURS, at: 1, run: null };
    await state.commit({
      claim: null,
      events: [{ kind: "wiped", ...common, from: 5, to: 5 }, { kind: "expired", ...common, from: 6, to: 6 }],
    });
    assertEquals(await taken(state, ["z/b", "z/c"]), []);
    const { granted } = await state.claim(await started(state), HOURS, [{ from: 5, to: 5 }]);
    const own: Intent = { event: made(5, ["z/b"]), replacements: [], measured: [] };
    const again = async () =>
      (await state.commit({ claim: granted!.token, events: [], intents: [own] })).status;
    assertEquals([await again(), await again()], ["committed", "committed"]);
    await state.commit({ claim: granted!.token, events: [own.event] });
    assertEquals(await again(), "committed");
  });

  test("files that another is publishing are taken, also once it is no more", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const { granted } = await a.claim(await started(a), HOURS, [{ from: 2, to: 2 }]);
    const begun: Intent = {
      event: made(2, ["z/kept"]),
      replacements: [{ final: "z/gone", absent: true }],
      measured: [],
    };
    await a.commit({ claim: granted!.token, events: [], intents: [begun] });
    const both = [["z/kept", 2], ["z/gone", 2]];
    assertEquals(await taken(b, ["z/kept"], ["z/gone"]), both);
    await harness.kill("a");
    assertEquals(await taken(b, ["z/kept"], ["z/gone"]), both);
    const [adopted] = await b.recover(1);
    await b.commit({ claim: adopted!.token, events: [], reverted: [2], release: true });
    assertEquals(await taken(b, ["z/kept"], ["z/gone"]), []);
  });

  test("a claim answers what is free and who holds the rest", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const [runA, runB] = [await started(a), await started(b)];
    const first = await a.claim(runA, HOURS, [{ from: 10, to: 19 }, { from: 30, to: 39 }]);
    assertEquals(first.granted?.ranges, [{ from: 10, to: 19 }, { from: 30, to: 39 }]);
    assertEquals(first.held, []);
    const second = await b.claim(runB, HOURS, [{ from: 15, to: 32 }, { from: 5, to: 9 }]);
    assertEquals(second.granted?.ranges, [{ from: 5, to: 9 }, { from: 20, to: 29 }]);
    assertEquals(second.held, [
      { asset: HOURS, from: 15, to: 19, run: runA, abandoned: false },
      { asset: HOURS, from: 30, to: 32, run: runA, abandoned: false },
    ]);
    assertEquals((await b.claim(runB, HOURS, [{ from: 12, to: 13 }])).granted, undefined);
    assertEquals((await b.claim(runB, DAYS, [{ from: 12, to: 13 }])).held, []);
    assertEquals((await a.claim(runA, HOURS, [{ from: 10, to: 10 }])).granted, undefined);
    assertEquals((await b.claims()).map(({ from, to, run }) => [from, to, run]), [
      [10, 19, runA],
      [30, 39, runA],
      [5, 9, runB],
      [20, 29, runB],
      [12, 13, runB],
    ]);
  });

  test("a released claim is free and its token of no more use", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const token = await claimed(a, { from: 1, to: 2 });
    await a.release(token);
    await a.release(token);
    const other = await claimed(b, { from: 1, to: 1 });
    assertNotEquals(other, token);
    assertEquals(await a.commit({ claim: token, events: [materialized(2)] }), { status: "superseded" });
    await a.release(other);
    assertEquals(await b.commit({ claim: other, events: [materialized(1)], release: true }), {
      status: "committed",
      seq: 1,
    });
    assertEquals(await b.claims(), []);
    assertEquals(await b.commit({ claim: other, events: [] }), { status: "superseded" });
  });

  test("a commit beyond its claim is a fault, and nothing is written", async (harness) => {
    const a = await harness.worker("a");
    const token = await claimed(a, { from: 1, to: 2 }, { from: 4, to: 5 });
    const common = { asset: HOURS, at: 1, run: null };
    for (
      const event of [
        materialized(3),
        materialized(1, { asset: DAYS }),
        { kind: "failed", ...common, from: 2, to: 4, reason: "error", message: "" } as const,
      ]
    ) {
      await assertRejects(
        () => a.commit({ claim: token, events: [materialized(1), event] }),
        Error,
        "committing",
      );
      const intent: Intent = { event: materialized(3, { asset: DAYS }), replacements: [], measured: [] };
      await assertRejects(() => a.commit({ claim: token, events: [], intents: [intent] }), Error, DAYS);
    }
    assertEquals(await a.since(0), []);
  });

  test("a due mark under a claim may speak of any partition of its asset", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const token = await claimed(a, { from: 1, to: 2 });
    const due = {
      kind: "due" as const,
      at: 1_000,
      run: null,
      from: 1,
      to: 40,
      detail: "a sensor answers again",
    };
    assertEquals((await a.commit({ claim: token, events: [{ ...due, asset: HOURS }] })).status, "committed");
    await assertRejects(() => a.commit({ claim: token, events: [{ ...due, asset: DAYS }] }), Error, DAYS);
    assertEquals((await b.snapshot([HOURS])).due.map(({ from, to }) => [from, to]), [[1, 40]]);
    await a.release(token);
    assertEquals((await a.commit({ claim: token, events: [{ ...due, asset: HOURS }] })).status, "superseded");
  });

  test("closing a handle frees its claims and no others, even of the same process", async (harness) => {
    const [a, b, c] = [await harness.worker("a"), await harness.worker("a"), await harness.worker("c")];
    await claimed(a, { from: 1, to: 2 });
    await claimed(b, { from: 3, to: 4 });
    await a.close();
    assertEquals((await c.claims()).map(({ from }) => from), [3]);
    assertEquals((await c.runs(9)).map(({ status }) => status), ["running", "interrupted"]);
    assertEquals(await c.recover(5), []);
    assertEquals((await c.runs(9)).map(({ status }) => status), ["running", "interrupted"]);
    assertEquals((await c.claims()).map(({ from }) => from), [3]);
  });

  test("what a run holds is told, and can be freed while its worker lives", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const run = await started(a);
    const { granted } = await a.claim(run, HOURS, [{ from: 1, to: 3 }, { from: 7, to: 8 }]);
    const token = granted!.token;
    await a.commit({ claim: token, events: [], intents: [intent(1)] });
    const other = await claimed(b, { from: 20, to: 20 });
    const told = async () =>
      (await b.holdings()).map(({ run, asset, ranges, alive }) => ({ run, asset, ranges, alive }));
    const holding = { run, asset: HOURS, ranges: [{ from: 1, to: 3 }, { from: 7, to: 8 }] };
    const rest = { run: run + 1, asset: HOURS, ranges: [{ from: 20, to: 20 }], alive: true };
    assertEquals(await told(), [{ ...holding, alive: true }, rest]);

    await b.free(run, 99);
    assertEquals(await told(), [{ ...holding, alive: false }, rest]);
    assertEquals((await b.run(run))?.run.status, "interrupted");
    assertEquals(await a.commit({ claim: token, events: [materialized(1)] }), { status: "superseded" });
    const [adopted] = await b.recover(99);
    assertEquals(adopted?.intents.map(({ event }) => event.partition), [1]);
    assertEquals(await b.commit({ claim: other, events: [materialized(20)] }), {
      status: "committed",
      seq: 1,
    });

    await b.endRun(run, "succeeded", null, 100);
    await b.free(run, 101);
    assertEquals((await b.run(run))?.run.status, "succeeded", "a run that has ended stays as it is");
    await b.free(run + 1, 102);
    assertEquals(
      (await b.holdings()).map(({ run }) => run),
      [run],
      "without open publications nothing is left",
    );
    await harness.kill("b");
    assertEquals((await a.holdings()).every(({ alive }) => !alive), true);
  });

  test("the claims of a dead worker are taken over with what it had begun to publish", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const run = await started(a);
    const { granted } = await a.claim(run, HOURS, [{ from: 1, to: 3 }, { from: 7, to: 8 }]);
    const old = granted!.token;
    await a.commit({ claim: old, events: [], intents: [intent(7), intent(1), intent(2), intent(3)] });
    await a.commit({ claim: old, events: [materialized(2)], reverted: [3] });
    const alive = await claimed(b, { from: 20, to: 20 });
    await harness.kill("a");

    assertEquals((await b.claim(run, HOURS, [{ from: 3, to: 4 }])).held, [
      { asset: HOURS, from: 3, to: 3, run, abandoned: true },
    ]);
    assertEquals((await b.claims()).map(({ from }) => from), [20, 4]);
    const adopted = await b.recover(99);
    assertEquals(adopted.length, 1);
    const { token, ...rest } = adopted[0]!;
    assertNotEquals(token, old);
    assertEquals(rest, {
      asset: HOURS,
      ranges: [{ from: 1, to: 3 }, { from: 7, to: 8 }],
      run,
      intents: [intent(1), intent(7)],
    });
    assertEquals((await b.run(run))?.run, {
      id: run,
      status: "interrupted",
      started: 1_000,
      ended: 99,
      request: REQUEST,
      summary: null,
    });
    assertEquals((await b.runs(9)).map(({ status }) => status), ["running", "interrupted"]);

    assertEquals(await a.commit({ claim: old, events: [materialized(1)] }), { status: "superseded" });
    const completed = await b.commit({
      claim: token,
      events: [intent(1).event],
      reverted: [7],
      release: true,
    });
    assertEquals(completed.status, "committed");
    assertEquals(await b.recover(100), []);
    assertEquals((await b.commit({ claim: alive, events: [], release: true })).status, "committed");
  });

  test("a dead worker's run without claims is marked too, one that ended is not", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const [open, ended] = [await started(a), await started(a)];
    await a.endRun(ended, "succeeded", { n: 1 }, 2_000);
    const own = await started(b);
    await harness.kill("a");
    assertEquals(await b.recover(3_000), []);
    const status = async (run: number) => (await b.run(run))?.run.status;
    assertEquals([await status(open), await status(ended), await status(own)], [
      "interrupted",
      "succeeded",
      "running",
    ]);
  });

  test("who takes over may die too", async (harness) => {
    const [a, b, c] = [await harness.worker("a"), await harness.worker("b"), await harness.worker("c")];
    const first = await claimed(a, { from: 1, to: 3 });
    await a.commit({ claim: first, events: [], intents: [intent(2)] });
    await harness.kill("a");
    const [second] = await b.recover(1);
    await harness.kill("b");
    const [third] = await c.recover(2);
    assertEquals(third?.intents, [intent(2)]);
    assert(third!.token !== second!.token);
    assertEquals(await b.commit({ claim: second!.token, events: [] }), { status: "superseded" });
  });

  test("a claim released with open publications waits for the next recovery", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const token = await claimed(a, { from: 1, to: 3 });
    await a.commit({ claim: token, events: [], intents: [intent(2)], release: true });
    assertEquals(await a.commit({ claim: token, events: [] }), { status: "superseded" });
    assertEquals(await a.claims(), []);
    const { granted, held } = await b.claim(await started(b), HOURS, [{ from: 1, to: 1 }]);
    assertEquals([granted, held[0]?.abandoned], [undefined, true]);
    const [adopted] = await b.recover(1);
    assertEquals(adopted?.intents, [intent(2)]);
  });

  test("who is about to end gives back what it holds, but for what it is publishing", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    await a.abandon();
    const { run } = await a.enqueue(REQUEST, 0);
    await a.take(0);
    await a.lead("ticks", 0);
    const { granted: idle } = await a.claim(run, HOURS, [{ from: 1, to: 2 }], { step: 1, at: 0 });
    const publishing = await claimed(a, { from: 3, to: 4 });
    await a.commit({ claim: publishing, events: [], intents: [intent(3)] });
    await a.abandon();
    await a.abandon();
    const held = (await b.holdings()).map(({ ranges, alive }) => [ranges, alive]);
    assertEquals(held, [[[{ from: 3, to: 4 }], true]]);
    assertEquals((await a.commit({ claim: idle!.token, events: [materialized(1)] })).status, "superseded");
    assertEquals((await b.take(0))?.id, run);
    assertEquals([await b.leader("ticks"), (await b.lead("ticks", 0))?.number], [undefined, 2]);
    assertEquals((await b.recover(0)).length, 0, "it may still be at it");
    await harness.kill("a");
    assertEquals((await b.recover(0)).map(({ ranges, intents }) => [ranges, intents.length]), [
      [[{ from: 3, to: 4 }], 1],
    ]);
  });
}
