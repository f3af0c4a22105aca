import { assert, assertEquals, assertRejects } from "@std/assert";
import type { LogEntry, RunCommand, State, StepRecord } from "../../../core/mod.ts";
import { ASSETS, DAYS, HOURS, REQUEST, started } from "./build.ts";
import type { Harness } from "./harness.ts";

/** Assets, runs, logs and small values. */
export function describeRecords(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (state: State, harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      const state = await harness.worker("a");
      await body(state, harness);
    });

  test("a code record keeps its number, another one gets another", async (state) => {
    const codes = async (version: string) =>
      (await state.register([{ ...ASSETS[0], record: { version, edges: [] } }, ASSETS[1]], 0)).map((
        { codeId },
      ) => codeId);
    const [one, days] = await codes("1");
    const [two] = await codes("2");
    assert(one !== two && one !== days && two !== days);
    assertEquals(await codes("1"), [one, days]);
    assertEquals(
      await state.assets(),
      ASSETS.map(({ key, partitions }, i) => ({ key, partitions, codeId: [one, days][i]! })),
    );
  });

  test("static keys keep their places whatever is declared later", async (state, harness) => {
    const register = (on: State, ...keys: string[]) =>
      on.register([{
        key: "test/countries",
        partitions: { type: "static", keys },
        record: { version: "1", edges: [] },
      }], 0);
    await register(state, "VN", "TH");
    const other = await harness.worker("b");
    const [asset] = await register(other, "LA", "VN");
    assertEquals(asset?.partitions, { type: "static", keys: ["VN", "TH", "LA"], retired: ["TH"] });
    assertEquals((await state.assets())[0]?.partitions, asset?.partitions);
  });

  test("a set that means something else is refused, and nothing is registered", async (state) => {
    await state.register([ASSETS[0]], 0);
    const changed = { ...ASSETS[0], partitions: { type: "single" } } as const;
    await assertRejects(() => state.register([ASSETS[1], changed], 0), TypeError, "declaring partitions");
    assertEquals((await state.assets()).map(({ key }) => key), [HOURS]);
  });

  test("runs are found by the command that their request names", async (state) => {
    const ranges = [{ asset: DAYS, from: "2024-01-01", to: "2024-01-02" }];
    const begin = (command: RunCommand) => state.beginRun({ command, ranges }, 0);
    const [one, , three] = [await begin("rollback"), await begin("wipe"), await begin("rollback")];
    const found = async (limit: number) =>
      (await state.runs(limit, { command: "rollback" })).map(({ id }) => id);
    assertEquals(await found(9), [three, one]);
    assertEquals(await found(1), [three]);
  });

  test("how runs stand is asked at once, of those whose workers are no more, too", async (state, harness) => {
    await state.register(ASSETS, 0);
    const b = await harness.worker("b");
    const [typed, ended] = [await b.beginRun(REQUEST, 0), await state.beginRun(REQUEST, 0)];
    const { run: queued } = await state.enqueue(REQUEST, 0);
    const { run: cancelled } = await state.enqueue(REQUEST, 0);
    await state.cancel(cancelled, 1);
    await state.endRun(ended, "failed", null, 1);
    const ask = () => state.runStatuses([queued, 99, typed, ended, cancelled]);
    const rest = [[ended, "failed"], [cancelled, "cancelled"]] as const;
    assertEquals(await ask(), new Map([...rest, [queued, "queued"], [typed, "running"]]));
    await b.take(0);
    assertEquals(await ask(), new Map([...rest, [queued, "running"], [typed, "running"]]));
    await harness.kill("b");
    assertEquals(await ask(), new Map([...rest, [queued, "queued"], [typed, "interrupted"]]));
    assertEquals(await state.runStatuses([]), new Map());
  });

  test("runs are listed newest first, with their steps as last recorded", async (state) => {
    await state.register(ASSETS, 0);
    const [one, two] = [await started(state), await started(state)];
    const step = (number: number, given: Partial<StepRecord> = {}): StepRecord => ({
      run: one,
      step: number,
      asset: DAYS,
      from: 3,
      to: 3,
      started: 1_000,
      ended: 1_001,
      outcome: "succeeded",
      materialized: 1,
      failed: 0,
      ...given,
    });
    await state.commit({ claim: null, events: [], step: step(2) });
    await state.commit({ claim: null, events: [], step: step(1, { asset: HOURS, to: 9 }) });
    await state.commit({ claim: null, events: [], step: step(2, { outcome: "failed", failed: 4 }) });
    await state.endRun(one, "failed", { failed: 4 }, 5_000);
    const [last, first] = await state.runs(5);
    assertEquals([last?.id, last?.status, last?.ended, last?.summary], [two, "running", null, null]);
    assertEquals(first, {
      id: one,
      status: "failed",
      started: 1_000,
      ended: 5_000,
      request: REQUEST,
      summary: { failed: 4 },
    });
    assertEquals(await state.runs(1), [last!]);
    assertEquals(await state.run(one), {
      run: first!,
      steps: [step(1, { asset: HOURS, to: 9 }), step(2, { outcome: "failed", failed: 4 })],
    });
    assertEquals(await state.run(99), undefined);
    await assertRejects(() => state.endRun(99, "failed", null, 0), Error, "run 99");
  });

  test(
    "a step begins with its claim, over what is granted, and is interrupted when its run ends without it",
    async (state, harness) => {
      await state.register(ASSETS, 0);
      const [one, two] = [await started(state), await started(state)];
      await state.claim(two, HOURS, [{ from: 5, to: 9 }]);
      const { granted } = await state.claim(one, HOURS, [{ from: 3, to: 6 }], { step: 2, at: 1_500 });
      const { granted: other } = await state.claim(one, DAYS, [{ from: 1, to: 1 }], { step: 1, at: 1_600 });
      const step = { run: one, step: 2, asset: HOURS, from: 3, to: 4, started: 1_500, ended: null } as const;
      const counts = { materialized: 0, failed: 0 };
      const day = { ...step, ...counts, step: 1, asset: DAYS, from: 1, to: 1, started: 1_600 };
      const steps = async () => (await (await harness.worker("b")).run(one))!.steps;
      assertEquals(await steps(), [
        { ...day, outcome: "running" },
        { ...step, ...counts, outcome: "running" },
      ]);
      const done = { ...step, ended: 1_700, outcome: "succeeded", materialized: 2, failed: 0 } as const;
      await state.commit({ claim: granted!.token, events: [], release: true, step: done });
      await state.release(other!.token);
      await state.endRun(one, "failed", null, 2_000);
      assertEquals(await steps(), [{ ...day, ended: 2_000, outcome: "interrupted" }, done]);
    },
  );

  test("a step whose claim ends with a commit that has no word of it is kept", async (state) => {
    await state.register(ASSETS, 0);
    const run = await started(state);
    const { granted } = await state.claim(run, HOURS, [{ from: 3, to: 6 }], { step: 1, at: 1_500 });
    await state.commit({ claim: granted!.token, events: [], release: true });
    await state.endRun(run, "failed", null, 2_000);
    assertEquals((await state.run(run))!.steps.map(({ outcome, from, to }) => [outcome, from, to]), [
      ["interrupted", 3, 6],
    ]);
  });

  test("a step that was at work when its worker died ends with the last sign of it", async (_, harness) => {
    const a = await harness.worker("a");
    await a.register(ASSETS, 0);
    const { run } = await a.enqueue(REQUEST, 1_000);
    await a.take(1_100);
    const { granted } = await a.claim(run, HOURS, [{ from: 3, to: 6 }], { step: 1, at: 1_200 });
    await a.claim(run, HOURS, [{ from: 7, to: 9 }], { step: 2, at: 1_300 });
    const done = {
      ...{ run, step: 1, asset: HOURS, from: 3, to: 6, started: 1_200, ended: 1_500 },
      ...{ outcome: "succeeded", materialized: 4, failed: 0 } as const,
    };
    await a.commit({ claim: granted!.token, events: [], release: true, step: done });
    await harness.kill("a");
    const b = await harness.worker("b");
    await b.recover(8_000);
    await b.take(9_000);
    const told = async () =>
      (await b.run(run))!.steps.map(({ step, outcome, ended }) => [step, outcome, ended]);
    const wanted = [[1, "succeeded", 1_500], [2, "interrupted", 1_500]];
    assertEquals(await told(), wanted, "while another goes on");
    await b.endRun(run, "succeeded", null, 10_000);
    assertEquals(await told(), wanted, "once the run has ended");
  });

  test(
    "whose steps a worker took up is told by their numbers, though its clock is behind",
    async (_, harness) => {
      const a = await harness.worker("a");
      await a.register(ASSETS, 0);
      const { run } = await a.enqueue(REQUEST, 5_000);
      await a.take(5_100);
      await a.claim(run, HOURS, [{ from: 3, to: 6 }], { step: 1, at: 5_200 });
      harness.kill("a");
      const b = await harness.worker("b");
      await b.recover(1_000);
      await b.take(1_100);
      await b.claim(run, HOURS, [{ from: 7, to: 9 }], { step: 2, at: 1_200 });
      const told = async () =>
        (await b.run(run))!.steps.map(({ step, outcome, ended }) => [step, outcome, ended]);
      assertEquals(await told(), [[1, "interrupted", 5_200], [2, "running", null]]);
      await b.endRun(run, "failed", null, 1_300);
      assertEquals(await told(), [[1, "interrupted", 5_200], [2, "interrupted", 1_300]]);
    },
  );

  test("where nothing is granted, no step begins", async (state) => {
    await state.register(ASSETS, 0);
    const [one, two] = [await started(state), await started(state)];
    await state.claim(two, HOURS, [{ from: 5, to: 9 }]);
    await state.claim(one, HOURS, [{ from: 5, to: 6 }], { step: 1, at: 1_500 });
    assertEquals((await state.run(one))!.steps, []);
  });

  test("logs are kept in the order in which they were written", async (state) => {
    const [one, two] = [await started(state), await started(state)];
    const entry = (message: string, given: Partial<LogEntry> = {}): LogEntry => ({
      step: 1,
      at: 5,
      level: "info",
      message,
      fields: {},
      ...given,
    });
    const entries = [
      entry("b", { fields: { rows: 3, nested: { a: [null, "ü"] } }, level: "debug" }),
      entry("a", { at: 4, step: 0, level: "error" }),
      entry("c", { level: "warn" }),
    ];
    await state.log(one, entries.slice(0, 2));
    await state.log(two, [entry("other")]);
    await state.log(one, entries.slice(2));
    assertEquals((await state.logs(one)).map(({ line: _line, ...entry }) => entry), entries);
    assertEquals(await state.logs(99), []);
  });

  test("a value is written only over the version that was read", async (state, harness) => {
    const a = state.keyValue;
    const b = (await harness.worker("b")).keyValue;
    assertEquals(await a.get("pace/x"), undefined);
    assert(await a.put("pace/x", { left: 3 }, 0));
    assert(!await b.put("pace/x", { left: 9 }, 0));
    const read = await b.get("pace/x");
    assertEquals(read?.value, { left: 3 });
    assert(await b.put("pace/x", null, read!.version));
    assert(!await a.put("pace/x", 1, read!.version));
    assertEquals((await a.get("pace/x"))?.value, null);
    await a.delete("pace/x");
    await a.delete("pace/x");
    assert(!await b.put("pace/x", 1, read!.version));
    assert(await b.put("pace/x", 1, 0));
    const again = await a.get("pace/x");
    assert(again!.version !== read!.version);
  });

  test("values are listed by key under their prefix", async ({ keyValue }) => {
    for (const key of ["gap/b", "gap/a", "gap", "gaps", "gap/", "x%"]) await keyValue.put(key, key, 0);
    assertEquals([...(await keyValue.list("gap/")).keys()], ["gap/", "gap/a", "gap/b"]);
    assertEquals([...(await keyValue.list("x%")).values()].map(({ value }) => value), ["x%"]);
    assertEquals((await keyValue.list("")).size, 6);
    assertEquals((await keyValue.list("nothing")).size, 0);
  });
}
