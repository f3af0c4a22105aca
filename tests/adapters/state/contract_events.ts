import {
  type CheckResult,
  DAMAGED,
  EXPIRED,
  FILES_INTACT,
  type NewEvent,
  STANDS,
  type State,
  WIPED,
} from "../../../core/mod.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { ASSETS, bytes, DAYS, HOURS, materialized, rows, started, version } from "./build.ts";
import type { Harness } from "./harness.ts";

/** Events, their numbers and what they project. */
export function describeEvents(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (state: State) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      const state = await harness.worker("a");
      await state.register(ASSETS, 0);
      await body(state);
    });

  test("events are numbered in the order of commits and come back whole", async (state) => {
    const run = await started(state);
    const full = materialized(7, {
      run,
      dataVersion: "not a digest",
      member: bytes(1),
      asset: DAYS,
      codeId: 2,
      read: 5,
      edges: bytes(9),
      payload: {
        files: [{ path: "a/b.parquet", size: 12, hash: "ff" }],
        rows: 0,
        metadata: { note: { type: "text", value: "ü" } },
      },
      checks: [{ check: "sorted", severity: "blocking", passed: false, detail: "found 2, wanted 1" }],
    });
    const common = { asset: HOURS, at: 3, run: null };
    const all = [
      full,
      materialized(8),
      { kind: "failed", ...common, from: 1, to: 2, reason: "check", message: "no", codeId: 2 },
      { kind: "checked", ...common, partition: 8, of: 2, checks: full.checks },
      { kind: "due", ...common, from: 3, to: 3, detail: "sensor 5" },
      { kind: "expired", ...common, from: 8, to: 8 },
      { kind: "wiped", ...common, from: 8, to: 9 },
    ] as const;
    assertEquals(await state.commit({ claim: null, events: all.slice(0, 3) }), {
      status: "committed",
      seq: 3,
    });
    assertEquals(await state.commit({ claim: null, events: all.slice(3) }), { status: "committed", seq: 7 });
    assertEquals(await state.commit({ claim: null, events: [] }), { status: "committed", seq: 7 });
    assertEquals(await state.since(0), all.map((event, index) => ({ ...event, seq: index + 1 })));
    assertEquals((await state.since(6)).map(({ seq }) => seq), [7]);
    assertEquals((await state.since(2, 3)).map(({ seq }) => seq), [3, 4, 5]);
    assertEquals((await state.since(5, 3)).map(({ seq }) => seq), [6, 7]);
    assertEquals(await state.since(7), []);
    assertEquals(await state.events(run, { after: 0, limit: 10 }), [{ ...full, seq: 1 }]);
  });

  test("files below a folder are those that the latest materializations name", async (state) => {
    const file = (path: string, hash = "aa") => ({ path, size: 12, hash });
    const made = (partition: number, files: { path: string; size: number; hash: string }[], asset = HOURS) =>
      materialized(partition, { asset, payload: { files, rows: 1, metadata: {} } });
    await state.commit({
      claim: null,
      events: [
        made(1, [file("zone/b"), file("zone_two/c"), file("other/zone/d")]),
        made(2, [file('zone/"ü".json')]),
        made(3, [file("zone/expired")]),
        made(4, [file("zone/wiped")]),
        made(5, [file("zone/before")]),
        made(5, [file("zone/a")]),
        made(1, [file("zone/b", "bb")], DAYS),
        { kind: "expired", asset: HOURS, at: 3, run: null, from: 3, to: 3 },
        { kind: "wiped", asset: HOURS, at: 3, run: null, from: 4, to: 4 },
      ],
    });
    assertEquals(await state.filesBelow("zone"), [
      { ...file('zone/"ü".json'), asset: HOURS, partition: 2 },
      { ...file("zone/a"), asset: HOURS, partition: 5 },
      { ...file("zone/b", "bb"), asset: DAYS, partition: 1 },
    ]);
    assertEquals(await state.filesBelow("zon"), []);
    const paths = [
      "zone/b",
      'zone/"ü".json',
      "zone/a",
      "zone",
      "zone/before",
      "zone/expired",
      "zone/wiped",
      "zone/b",
    ];
    assertEquals(await state.filesAt(paths), [
      { ...file('zone/"ü".json'), asset: HOURS, partition: 2 },
      { ...file("zone/a"), asset: HOURS, partition: 5 },
      { ...file("zone/b"), asset: HOURS, partition: 1 },
      { ...file("zone/b", "bb"), asset: DAYS, partition: 1 },
    ]);
    assertEquals(await state.filesAt([]), []);
  });

  test("what was given or answered can change without changing the state", async (state) => {
    const member = bytes(1);
    await state.commit({ claim: null, events: [materialized(1, { member })] });
    member.fill(2);
    const [first] = await state.since(0);
    if (first?.kind === "materialized") first.member.fill(3);
    assertEquals((await state.materializations(HOURS, [{ from: 1, to: 1 }]))[0]?.event.member, bytes(1));
  });

  test("a change of content moves `changed`, the same content does not", async (state) => {
    const events = [
      materialized(1),
      materialized(1),
      materialized(1, { dataVersion: "other" }),
      materialized(2),
    ];
    await state.commit({ claim: null, events: events.slice(0, 2) });
    assertEquals(rows(await state.snapshot([HOURS])), [{ partition: 1, seq: 2, changed: 1, status: STANDS }]);
    await state.commit({ claim: null, events: events.slice(2) });
    assertEquals(rows(await state.snapshot([HOURS])), [
      { partition: 1, seq: 3, changed: 3, status: STANDS },
      { partition: 2, seq: 4, changed: 4, status: STANDS },
    ]);
  });

  test("a snapshot packs rows by ordinal, with the edges of their code records", async (state) => {
    const [, days] = await state.register([ASSETS[0], {
      ...ASSETS[1],
      record: {
        version: "2",
        edges: [...ASSETS[1].record.edges, { upstream: "test/other", mapping: "identity" }],
      },
    }], 0);
    await state.commit({
      claim: null,
      events: [
        materialized(12, {
          asset: DAYS,
          codeId: days!.codeId,
          edges: bytes(8, 64),
          member: bytes(2),
          read: 4,
          at: 1_700_000_000_123,
        }),
        materialized(9, { asset: DAYS, codeId: 2, edges: bytes(7), member: bytes(1) }),
      ],
    });
    await state.commit({
      claim: null,
      events: [{
        kind: "checked",
        asset: DAYS,
        at: 5,
        run: null,
        partition: 12,
        of: 2,
        checks: [
          ...Array.from({ length: 300 }, () => ({ check: "a", severity: "warning", passed: true } as const)),
          { check: "b", severity: "warning", passed: false },
        ],
      }],
    });
    const { seq, assets, codeRecords } = await state.snapshot([DAYS, "test/unknown"]);
    assertEquals(seq, 4);
    assertEquals(assets.get(DAYS), {
      ordinals: Float64Array.of(9, 12),
      seq: Float64Array.of(3, 2),
      changed: Float64Array.of(3, 2),
      read: Float64Array.of(0, 4),
      at: Float64Array.of(1_000, 1_700_000_000_123),
      codeId: Int32Array.of(2, 3),
      status: Uint8Array.of(STANDS, STANDS),
      checksPassed: Uint8Array.of(0, 255),
      checksFailed: Uint8Array.of(0, 1),
      members: Uint8Array.of(...bytes(1), ...bytes(2)),
      edges: Uint8Array.of(...bytes(7), ...bytes(8, 64)),
    });
    assertEquals(assets.get("test/unknown")?.ordinals.length, 0);
    assertEquals([...codeRecords.keys()], [2, 3]);
    assertEquals(codeRecords.get(2), ASSETS[1].record);
  });

  test("a wipe leaves a tombstone where there was content, and ends the history", async (state) => {
    const wipe = { kind: "wiped", asset: HOURS, at: 9, run: null, from: 1, to: 3 } as const;
    await state.commit({
      claim: null,
      events: [materialized(1), materialized(2), materialized(4), wipe, wipe],
    });
    const snapshot = await state.snapshot([HOURS]);
    assertEquals(rows(snapshot), [
      { partition: 1, seq: 4, changed: 4, status: WIPED },
      { partition: 2, seq: 4, changed: 4, status: WIPED },
      { partition: 4, seq: 3, changed: 3, status: STANDS },
    ]);
    assertEquals(snapshot.assets.get(HOURS)?.members, Uint8Array.of(...bytes(0, 64), ...bytes(4)));
    assertEquals(
      (await state.materializations(HOURS, [{ from: 0, to: 9 }])).map(({ partition }) => partition),
      [4],
    );
    assertEquals(await state.history(HOURS, 1), []);
    await state.commit({ claim: null, events: [materialized(1), materialized(1, { dataVersion: "b" })] });
    assertEquals((await state.history(HOURS, 1)).map(({ seq, dataVersion }) => [seq, dataVersion]), [
      [7, "b"],
      [6, version(1)],
    ]);
    assertEquals(rows(await state.snapshot([HOURS]))[0], {
      partition: 1,
      seq: 7,
      changed: 7,
      status: STANDS,
    });
  });

  test("the first materialization after a wipe is a change, even to the same content", async (state) => {
    const wipe = { kind: "wiped", asset: HOURS, at: 9, run: null, from: 1, to: 1 } as const;
    await state.commit({ claim: null, events: [materialized(1), wipe, materialized(1)] });
    assertEquals(rows(await state.snapshot([HOURS])), [{ partition: 1, seq: 3, changed: 3, status: STANDS }]);
  });

  test("what is found damaged says so until it is made again or found whole", async (state) => {
    const checked = (of: number, passed: boolean) =>
      checkedAgain(of, { check: FILES_INTACT, severity: "blocking", passed });
    const statuses = async () => rows(await state.snapshot([HOURS])).map(({ status }) => status);
    const commit = (event: NewEvent) => state.commit({ claim: null, events: [event] });
    await commit(materialized(1));
    await commit(checked(1, false));
    assertEquals(await statuses(), [DAMAGED]);
    assertEquals((await state.materializations(HOURS, [{ from: 1, to: 1 }])).length, 1);
    await commit(checked(1, true));
    assertEquals(await statuses(), [STANDS]);
    await commit(checked(1, false));
    await commit(materialized(1));
    assertEquals(await statuses(), [STANDS]);
    await commit(checked(1, false));
    assertEquals(await statuses(), [STANDS]);
    await commit(checked(5, false));
    await commit({ kind: "expired", asset: HOURS, at: 9, run: null, from: 1, to: 1 });
    assertEquals(await statuses(), [EXPIRED]);
  });

  test("the newest check of what stands is known, until it is made again or forgotten", async (state) => {
    const checked = (of: number, detail: string) =>
      checkedAgain(of, { check: "sorted", severity: "blocking", passed: false, detail });
    const commit = (event: NewEvent) => state.commit({ claim: null, events: [event] });
    const found = async () =>
      (await state.rechecked(HOURS, [{ from: 1, to: 1 }])).get(1)?.map(({ detail }) => detail);
    assertEquals(await found(), undefined);
    await commit(materialized(1));
    assertEquals(await found(), undefined);
    await commit(checked(1, "first"));
    await commit(checked(1, "second"));
    assertEquals(await found(), ["second"]);
    assertEquals([...(await state.rechecked(HOURS, [{ from: 0, to: 2 }])).keys()], [1]);
    await commit(materialized(1));
    await commit(checked(1, "of what stood before"));
    assertEquals(await found(), undefined);
    await commit(checked(4, "third"));
    assertEquals(await found(), ["third"]);
    await commit({ kind: "wiped", asset: HOURS, at: 9, run: null, from: 1, to: 1 });
    assertEquals(await found(), undefined);
  });

  test("what expires keeps its versions, and stands again when it is made again", async (state) => {
    const expiry = { kind: "expired", asset: HOURS, at: 9, run: null, from: 0, to: 9 } as const;
    await state.commit({ claim: null, events: [materialized(1), materialized(2), expiry, materialized(2)] });
    assertEquals(rows(await state.snapshot([HOURS])), [
      { partition: 1, seq: 1, changed: 1, status: EXPIRED },
      { partition: 2, seq: 4, changed: 2, status: STANDS },
    ]);
    assertEquals(
      (await state.materializations(HOURS, [{ from: 2, to: 5 }, { from: 0, to: 1 }])).map(({ expired }) =>
        expired
      ),
      [true, false],
    );
    assertEquals((await state.history(HOURS, 2)).map(({ seq }) => seq), [4, 2]);
  });

  test("failures and due marks last until all that they speak of is done or covered", async (state) => {
    const common = { asset: HOURS, at: 9, run: null };
    const failed = (from: number, to: number) =>
      ({ kind: "failed", ...common, from, to, reason: "error", message: `${from}`, codeId: 4 }) as const;
    const due = { kind: "due", ...common, from: 5, to: 6, detail: "sensor 5" } as const;
    await state.commit({ claim: null, events: [failed(1, 4), failed(3, 6), due] });
    const marks = async () => {
      const { failures, due } = await state.snapshot([HOURS]);
      return {
        failures: failures.map(({ seq, from, to }) => [seq, from, to]),
        due: due.map(({ seq }) => seq),
      };
    };
    assertEquals(await marks(), { failures: [[1, 1, 4], [2, 3, 6]], due: [3] });
    assertEquals((await state.snapshot([HOURS])).failures[0], {
      asset: HOURS,
      from: 1,
      to: 4,
      seq: 1,
      at: 9,
      reason: "error",
      message: "1",
      codeId: 4,
    });
    assertEquals((await state.snapshot([DAYS])).failures, []);
    await state.commit({ claim: null, events: [materialized(2), materialized(3), materialized(4)] });
    assertEquals(await marks(), { failures: [[1, 1, 1], [2, 5, 6]], due: [3] });
    await state.commit({ claim: null, events: [failed(1, 2)] });
    assertEquals(await marks(), { failures: [[2, 5, 6], [7, 1, 2]], due: [3] });
    await state.commit({ claim: null, events: [materialized(5), materialized(6)] });
    assertEquals(await marks(), { failures: [[7, 1, 2]], due: [] });
    await state.commit({ claim: null, events: [materialized(2), materialized(1)] });
    assertEquals(await marks(), { failures: [], due: [] });
  });

  test("an event of an asset that was never registered is a fault, and nothing is written", async (state) => {
    await assertRejects(
      () => state.commit({ claim: null, events: [materialized(1), materialized(1, { asset: "test/none" })] }),
      Error,
      `found asset "test/none", wanted one that was registered`,
    );
    assertEquals(await state.since(0), []);
  });

  test("the events of a run are paged, others between them left out", async (state) => {
    const [one, two] = [await started(state), await started(state)];
    for (const run of [one, two, one, null, one]) {
      await state.commit({ claim: null, events: [materialized(1, { run })] });
    }
    const page = async (after: number, limit: number) =>
      (await state.events(one, { after, limit })).map(({ seq }) => seq);
    assertEquals(await page(0, 2), [1, 3]);
    assertEquals(await page(3, 2), [5]);
    assertEquals(await page(5, 2), []);
    assertEquals((await state.events(two, { after: 0, limit: 9 })).map(({ seq }) => seq), [2]);
    assertEquals(await state.events(99, { after: 0, limit: 9 }), []);
  });

  test("what a run has made is counted up to an event, whatever else happened in it", async (state) => {
    const [one, two] = [await started(state), await started(state)];
    for (const run of [one, two, one, null]) {
      await state.commit({ claim: null, events: [materialized(1, { run })] });
    }
    await state.commit({
      claim: null,
      events: [{ kind: "due", asset: HOURS, at: 0, run: one, from: 1, to: 1, detail: "" }],
    });
    await state.commit({ claim: null, events: [materialized(2, { run: one })] });
    const until = async (seq: number) => [await state.madeBy(one, seq), await state.madeBy(two, seq)];
    assertEquals(await until(6), [3, 1]);
    assertEquals(await until(5), [2, 1]);
    assertEquals(await until(1), [1, 0]);
    assertEquals(await state.madeBy(99, 6), 0);
  });
}

/** A check of the first partition, of the materialization with that number. */
function checkedAgain(of: number, check: CheckResult): NewEvent {
  return { kind: "checked", asset: HOURS, at: 9, run: null, partition: 1, of, checks: [check] };
}
