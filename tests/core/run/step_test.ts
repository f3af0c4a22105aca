import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { definer, from } from "../../../core/asset.ts";
import { HOUR, MINUTE, SECOND } from "../../../core/instant.ts";
import { identity, latest } from "../../../core/mapping.ts";
import type { FailedOutput, Output } from "../../../core/output.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { fakeClock } from "../../fake_clock.ts";
import { Lake } from "../../simulation/lake.ts";
import { contents, filed, lab, NOON, whole } from "../lab.ts";

const { asset } = definer<null>();
const keys = staticKeys(["a", "b", "c", "d"]);
const out = (partition: number, dataVersion = "1"): Output => ({ partition, dataVersion });
const batch = { most: 10 };

Deno.test("a partition that fails blocks what reads it; the rest of its batch and of the run goes on", async () => {
  const up = asset({
    key: "t/up",
    partitions: keys,
    batch,
    async *materialize({ partitions }) {
      yield [...partitions].map(({ ordinal, key }): Output | FailedOutput =>
        key === "b" ? { partition: ordinal, error: "no b; the password is hunter2" } : out(ordinal)
      );
    },
  });
  const down = asset({
    key: "t/down",
    partitions: keys,
    batch,
    deps: { up: from(up, identity) },
    ...contents({}),
  });
  const { materialize, plan } = await lab([up, down]);
  const { status, counts, errors } = await materialize();
  assertEquals(status, "failed");
  assertEquals(counts, { materialized: 6, unchanged: 0, failed: 1, blocked: 1 });
  assertEquals(errors, [
    { asset: "t/up", partition: "b", message: "no b; the password is ***" },
    { asset: "t/down", partition: "b", message: "needs t/up b, which failed or is blocked" },
  ]);
  assertEquals(await plan(), ["t/up b missing", "t/down b missing"]);
});

Deno.test("code that throws after yielding some fails only those not yet answered", async () => {
  const one = asset({
    key: "t/one",
    partitions: keys,
    batch,
    async *materialize() {
      yield [out(0), out(1)];
      throw new Error("out of\n  luck");
    },
  });
  const { materialize } = await lab([one]);
  const { counts, errors } = await materialize();
  assertEquals(counts, { materialized: 2, unchanged: 0, failed: 2, blocked: 0 });
  assertEquals(errors, [{ asset: "t/one", partition: "c/d", message: "out of luck" }]);
});

const answers: Record<string, { groups: (Output | FailedOutput)[][]; failed: number; message?: RegExp }> = {
  "a partition twice": { groups: [[out(0)], [out(0)]], failed: 3, message: /partition a answered twice/ },
  "a partition twice at once": {
    groups: [[out(0), out(0)]],
    failed: 4,
    message: /partition a answered twice/,
  },
  "a partition that was not asked for": { groups: [[out(7)]], failed: 4, message: /not asked for/ },
  "none": { groups: [], failed: 4, message: /not answered/ },
  "only some": { groups: [[out(0)], [], [out(2)]], failed: 2, message: /not answered/ },
  "all, and then one more": {
    groups: [[0, 1, 2, 3].map((each) => out(each)), [out(0)]],
    failed: 0,
    message: /partition a answered twice/,
  },
  "no data version": {
    groups: [[{ partition: 0 } as Output]],
    failed: 4,
    message: /found the data version undefined of partition a, wanted a text/,
  },
  "a number as data version": {
    groups: [[{ partition: 0, dataVersion: 5 as unknown as string }]],
    failed: 4,
    message: /found the data version 5 of partition a, wanted a text/,
  },
  "metadata that JSON cannot carry": {
    groups: [[{ ...out(0), metadata: { n: { type: "number", value: 1n as unknown as number } } }]],
    failed: 4,
    message: /found metadata of partition a, wanted JSON by name/,
  },
  "a time that is none": {
    groups: [[{ ...out(0), asOf: NaN }]],
    failed: 4,
    message: /found asOf NaN of partition a/,
  },
  "the lake's own mark as a place": {
    groups: [[{ ...out(0), staged: [{ final: "_airgraph.json", absent: true }] }]],
    failed: 4,
    message: /found the place "_airgraph.json" for a file of partition a/,
  },
  "one place for two partitions": {
    groups: [[0, 1].map((each) => ({ ...out(each), staged: [{ final: "zone/a", absent: true as const }] }))],
    failed: 4,
    message: /found two files for "zone\/a"/,
  },
  "something else": {
    groups: [out(0) as unknown as Output[]],
    failed: 4,
    message: /found an object, wanted an array of outputs/,
  },
  "all, and then nothing": { groups: [[0, 1, 2, 3].map((each) => out(each)), []], failed: 0 },
};
for (const [what, { groups, failed, message }] of Object.entries(answers)) {
  Deno.test(`code that answers ${what}: a fault fails the step and what is not answered`, async () => {
    const one = asset({
      key: "t/one",
      partitions: keys,
      batch,
      async *materialize() {
        for (const group of groups) yield group;
      },
    });
    const { materialize, state } = await lab([one]);
    const { counts, errors, status } = await materialize();
    assertEquals([counts.failed, counts.materialized], [failed, 4 - failed]);
    assertEquals(
      [errors.length > 0, status],
      message === undefined ? [false, "succeeded"] : [true, "failed"],
    );
    for (const error of errors) assertMatch(error.message, message!);
    const [step] = (await state.run(1))!.steps;
    assertEquals(step!.outcome, status);
    assertEquals(await state.claims(), []);
  });
}

const afterAll: Record<string, { throws?: string; group?: Output[]; message: RegExp }> = {
  "throws": { throws: "no index", message: /^no index; what stands is fresh, and made again only by force$/ },
  "answers a partition twice": { group: [out(1, "2")], message: /partition b answered twice/ },
};
for (const [what, { throws, group, message }] of Object.entries(afterAll)) {
  Deno.test(`code that ${what} after its last output leaves what it made failed until it is made again`, async () => {
    let bad = true;
    const one = asset({
      key: "t/one",
      partitions: keys,
      batch: { most: 2 },
      async *materialize({ partitions }) {
        for (const { ordinal } of partitions) yield [out(ordinal)];
        if (!bad || partitions.first.ordinal > 0) return;
        if (group !== undefined) yield group;
        throw new Error(throws);
      },
    });
    const { materialize, orchestrator, state } = await lab([one]);
    const status = async () => (await orchestrator.status(whole(new Set(["t/one"]))))[0]!;
    assertEquals((await materialize()).status, "failed");
    const { partitions, ranges, warnings } = await status();
    assertEquals([partitions.fresh, partitions.failed], [4, 2]);
    assertEquals(ranges.map(({ from, to, state }) => [from, to, state]), [
      ["a", "b", "failed"],
      ["c", "d", "fresh"],
    ]);
    assertEquals(warnings.map(({ partition }) => partition), ["a/b"]);
    assertMatch(warnings[0]!.message, message);
    assertEquals(await state.claims(), []);
    bad = false;
    await materialize({ partitions: ["a"], force: true });
    assertEquals((await status()).ranges.map(({ from, to, state }) => [from, to, state]), [
      ["a", "a", "fresh"],
      ["b", "b", "failed"],
      ["c", "d", "fresh"],
    ]);
    await materialize({ force: true });
    assertEquals((await status()).partitions.failed, 0);
  });
}

Deno.test("retries wait with full jitter below a growing limit, and make only what is left", async () => {
  const asked: (string | null)[][] = [];
  const one = asset({
    key: "t/one",
    partitions: keys,
    batch,
    retry: { most: 3, backoff: { base: { seconds: 10 }, limit: { seconds: 25 } } },
    async *materialize({ partitions }) {
      asked.push([...partitions].map(({ key }) => key));
      if (asked.length === 1) yield [out(0)];
      if (asked.length < 4) throw new Error(`attempt ${asked.length}`);
      yield [out(1), out(2), out(3)];
    },
  });
  const { materialize, progress, clock } = await lab([one], { random: () => 0.5 });
  assertEquals((await materialize()).counts, { materialized: 4, unchanged: 0, failed: 0, blocked: 0 });
  assertEquals(asked, [["a", "b", "c", "d"], ["b", "c", "d"], ["b", "c", "d"], ["b", "c", "d"]]);
  const waits = progress.flatMap((each) => each.type === "retrying" ? [each.after] : []);
  assertEquals(waits, [5, 10, 12.5].map((seconds) => seconds * SECOND));
  assertEquals(clock.now(), NOON + 27.5 * SECOND);
});

Deno.test("each attempt stages in a folder of its own, and nothing staged is left", async () => {
  const lake = new Lake();
  const folders: string[] = [];
  const one = asset({
    key: "t/one",
    retry: { most: 2 },
    async *materialize({ staging }) {
      folders.push(staging);
      const output = filed(lake, { staging, name: "one", partition: 0, key: null, content: "1" });
      if (folders.length < 3) throw new Error("again");
      yield [output];
    },
  });
  const { materialize } = await lab([one], { lake });
  await materialize();
  assertEquals(new Set(folders).size, 3);
  assertEquals([...lake.files], [["lake/one/-", "1"]]);
});

Deno.test("an attempt that takes too long is aborted, though its code ignores the signal", async () => {
  const signals: AbortSignal[] = [];
  const stuck = asset({
    key: "t/stuck",
    pool: "one",
    timeout: { minutes: 1 },
    retry: { most: 1 },
    async *materialize({ signal }) {
      signals.push(signal);
      await new Promise(() => {});
      yield [];
    },
  });
  const other = asset({ key: "t/other", pool: "one", ...contents({}) });
  const { materialize, clock } = await lab([stuck, other], { limits: { steps: 1, pools: { one: 1 } } });
  const { counts, errors } = await materialize();
  assertEquals(counts, { materialized: 1, unchanged: 0, failed: 1, blocked: 0 });
  assertEquals(errors[0]?.message, "the attempt took longer than 60 s");
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
  assert(clock.now() >= NOON + 2 * MINUTE);
});

Deno.test("where the lake lives faster, an attempt has its time by the machine's clock", async () => {
  const machine = fakeClock(NOON);
  const slow = asset({
    key: "t/slow",
    timeout: { minutes: 1 },
    async *materialize() {
      await clock.sleep(HOUR);
      yield [{ partition: 0, dataVersion: "1" }];
    },
  });
  const { materialize, clock } = await lab([slow], { machine });
  assertEquals((await materialize()).counts.materialized, 1);
  assertEquals(machine.sleepers, 0);
});

Deno.test("a cancel ends the run, keeps what was published, and leaves no claim", async () => {
  const cancel = new AbortController();
  let after = 0;
  const one = asset({
    key: "t/one",
    partitions: keys,
    batch,
    async *materialize() {
      yield [out(0)];
      cancel.abort(new Error("enough"));
      await new Promise(() => {});
      yield [];
    },
  });
  const two = asset({
    key: "t/two",
    partitions: keys,
    deps: { one: from(one, identity) },
    async *materialize({ partitions }) {
      after++;
      yield [out(partitions.first.ordinal)];
    },
  });
  const { materialize, state, plan } = await lab([one, two], { clock: fakeClock(NOON, { auto: true }) });
  const { status, run, counts } = await materialize({ signal: cancel.signal });
  assertEquals([status, counts.materialized, counts.failed, after <= 1], ["cancelled", 1 + after, 0, true]);
  assertEquals((await state.run(run!))?.run.status, "cancelled");
  assertEquals(await state.claims(), []);
  assertEquals(await plan({ assets: new Set(["t/one"]) }), ["t/one b..d missing"]);
});

Deno.test("a check that ignores the signal does not hold its step either", async () => {
  const cancel = new AbortController();
  const one = asset({
    key: "t/one",
    checks: [{
      checks: [{ name: "stuck", severity: "blocking" }],
      run() {
        cancel.abort(new Error("enough"));
        return new Promise(() => {});
      },
    }],
    ...contents({}),
  });
  const { materialize, state } = await lab([one], { clock: fakeClock(NOON) });
  assertEquals((await materialize({ signal: cancel.signal })).status, "cancelled");
  assertEquals(await state.claims(), []);
});

Deno.test("inputs that move while they are read are read again", async () => {
  const up = asset({ key: "t/up", ...contents({}) });
  let reads = 0;
  let disturb: () => Promise<unknown> = () => Promise.resolve();
  const down = asset({
    key: "t/down",
    deps: { up: from(up, latest) },
    async *materialize({ inputs }) {
      if (reads++ === 0) await disturb();
      const [standing] = await inputs.up!.materializations();
      yield [out(0, `of ${standing?.dataVersion}`)];
    },
  });
  const { materialize, store, lake, plan, state } = await lab([up, down]);
  await materialize({ assets: new Set(["t/up"]) });
  const other = await lab([asset({ key: "t/up", ...contents({ "-": "2" }) })], { store, lake, worker: "b" });
  disturb = () => other.materialize({ force: true });
  await materialize();
  assertEquals(reads, 2);
  assertEquals((await state.materializations("t/down", [{ from: 0, to: 0 }]))[0]?.event.dataVersion, "of 2");
  assertEquals(await plan(), []);
});

Deno.test("an input that is wiped while it is read is noticed", async () => {
  const up = asset({ key: "t/up", ...contents({}) });
  let disturb: () => Promise<unknown> = () => Promise.resolve();
  const down = asset({
    key: "t/down",
    deps: { up: from(up, latest) },
    async *materialize({ inputs }) {
      await disturb();
      yield [out(0, `of ${(await inputs.up!.materializations()).length}`)];
    },
  });
  const { materialize, store, lake, plan, orchestrator } = await lab([up, down]);
  await materialize({ assets: new Set(["t/up"]) });
  const other = await lab([up], { store, lake, worker: "b" });
  disturb = () => other.orchestrator.wipe({ assets: new Set(["t/up"]), lookbackDays: 7 });
  await materialize();
  disturb = () => Promise.resolve();
  await materialize();
  assertEquals(await plan(), []);
  const [standing] = await orchestrator.session.state.materializations("t/down", [{ from: 0, to: 0 }]);
  assertEquals(standing?.event.dataVersion, "of 1");
});

Deno.test("a state that gives no answer ends the run at once, and leaves its claims to be recovered", async () => {
  let broken = false;
  const one = asset({
    key: "t/one",
    retry: { most: 5 },
    async *materialize() {
      broken = true;
      yield [out(0)];
    },
  });
  const { materialize, state, store } = await lab([one], {
    state: (state) =>
      Object.assign(Object.create(state), {
        commit: () =>
          broken ? Promise.reject(new Error("disk full")) : Promise.reject(new Error("too early")),
        claim: state.claim.bind(state),
        since: state.since.bind(state),
        snapshot: state.snapshot.bind(state),
        register: state.register.bind(state),
        recover: state.recover.bind(state),
        beginRun: state.beginRun.bind(state),
        endRun: state.endRun.bind(state),
        release: state.release.bind(state),
        runs: state.runs.bind(state),
        claims: state.claims.bind(state),
      }),
  });
  await assertRejects(() => materialize(), Error, "disk full");
  assertEquals((await state.runs(1))[0]?.status, "failed");
  assertEquals(store.claims.size, 0);
});
