import { assertEquals } from "@std/assert";
import type { AssetKey, NewEvent, RunCommand, RunFilter, State } from "../../../core/mod.ts";
import { ASSETS, claimed, DAYS, HOURS, materialized, started } from "./build.ts";
import type { Harness } from "./harness.ts";

/** What pages ask: events of an asset, some runs, a part of a log, numbers over partitions. */
export function describeQuestions(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (state: State, harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      const state = await harness.worker("a");
      await state.register(ASSETS, 0);
      await body(state, harness);
    });

  test("an asset's events are read newest first, page by page, by kind and by partition", async (state) => {
    const common = { at: 3, run: null };
    const wide = { ...common, asset: HOURS, from: 2, to: 8 };
    const claim = await claimed(state, { from: 0, to: 20 });
    await state.commit({
      claim,
      events: [
        materialized(5), // 1
        materialized(7), // 2
        { kind: "failed", ...wide, reason: "error", message: "no" }, // 3
        { kind: "due", ...wide, to: 6, detail: "again" }, // 4
        { kind: "checked", ...common, asset: HOURS, partition: 7, of: 2, checks: [] }, // 5
        materialized(7), // 6
      ],
    });
    await state.commit({
      claim: null,
      events: [{ kind: "due", ...common, asset: DAYS, from: 7, to: 7, detail: "" }],
    });
    const numbers = async (
      limit: number,
      filter?: Parameters<State["eventsOf"]>[2],
      asset: AssetKey = HOURS,
    ) => (await state.eventsOf(asset, limit, filter)).map(({ seq }) => seq);
    assertEquals(await numbers(9), [6, 5, 4, 3, 2, 1]);
    assertEquals(await numbers(2), [6, 5]);
    assertEquals(await numbers(2, { before: 5 }), [4, 3]);
    assertEquals(await numbers(2, { after: 2 }), [3, 4]);
    assertEquals(await numbers(9, { after: 2, before: 5, partition: 7 }), [3]);
    assertEquals(await numbers(9, { partition: 7 }), [6, 5, 3, 2]);
    assertEquals(await numbers(9, { partition: 8 }), [3]);
    assertEquals(await numbers(9, { partition: 9 }), []);
    assertEquals(await numbers(9, { kinds: ["materialized", "due"], before: 6 }), [4, 2, 1]);
    assertEquals(await numbers(9, { kinds: [] }), []);
    assertEquals(await numbers(9, {}, DAYS), [7]);
    assertEquals(await numbers(9, {}, "test/unknown"), []);
    assertEquals(await state.eventsOf(HOURS, 9), (await state.since(0)).slice(0, 6).reverse());
  });

  test("whatever characters texts have, all is answered, with nothing but what is none changed", async (state) => {
    const odd = 'a\0b\ud800c\udc00d \\u0000 \\\0 \ud83d\ude00 "';
    const text = (value: string) => value.toWellFormed().replaceAll("\0", "\uFFFD");
    const tidy = (_: string, value: unknown) => {
      if (typeof value === "string") return text(value);
      if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [text(name), each]));
    };
    const plain = (given: unknown) => JSON.parse(JSON.stringify(given, tidy));
    const files = [{ path: "hours/1", size: 7, hash: "h" }];
    const failed = [{
      check: "c",
      severity: "warning",
      passed: false,
      detail: odd,
      subjects: { [odd]: odd },
    }] as const;
    const payload = { files, rows: 3, metadata: { [odd]: { type: "text", value: odd } } } as const;
    const common = { asset: HOURS, at: 3, run: null, partition: 1 } as const;
    const events: NewEvent[] = [
      materialized(1, { payload, checks: failed }),
      { kind: "checked", ...common, of: 1, checks: failed },
      { kind: "checked", ...common, of: 1, checks: failed },
    ];
    const claim = await claimed(state, { from: 0, to: 9 });
    await state.commit({ claim, events });
    const intent = { event: materialized(2, { payload }), replacements: [], measured: [] };
    assertEquals((await state.commit({ claim, events: [], intents: [intent] })).status, "taken");
    assertEquals(plain([...await state.rechecked(HOURS, [{ from: 1, to: 1 }])]), plain([[1, failed]]));
    assertEquals(plain(await state.since(0)), plain(events.map((event, i) => ({ ...event, seq: i + 1 }))));
    assertEquals((await state.filesBelow("hours")).map(({ path }) => path), ["hours/1"]);
    assertEquals((await state.filesAt(["hours/1"])).map(({ path }) => path), ["hours/1"]);
    assertEquals((await state.series(HOURS, "rows", { from: 1, to: 1 }, 1)).map(({ sum }) => sum), [3]);
    assertEquals(await state.forgetOlder(9), { events: 1, runs: 0 });
    const run = await started(state);
    const entry = { step: 0, at: 5, level: "info", message: odd, fields: { [odd]: odd } } as const;
    await state.log(run, [entry]);
    assertEquals(plain(await state.logs(run)), plain([{ ...entry, line: 1 }]));
  });

  test("events that were forgotten are in no answer", async (state) => {
    const claim = await claimed(state, { from: 0, to: 9 });
    await state.commit({ claim, events: [materialized(1), materialized(1), materialized(2)] });
    await state.forget([1]);
    assertEquals((await state.eventsOf(HOURS, 9)).map(({ seq }) => seq), [3, 2]);
  });

  test(
    "runs are found by what they cover, by how they stand, by parent and by time",
    async (state, harness) => {
      const request = (command: RunCommand, ...assets: AssetKey[]) => ({
        command,
        ranges: assets.map((asset) => ({ asset, from: null, to: null })),
      });
      const dying = await harness.worker("b");
      const ended = await state.beginRun(request("materialize", HOURS, DAYS, HOURS), 10); // 1
      await state.endRun(ended, "failed", null, 15);
      await dying.beginRun(request("wipe", HOURS), 20); // 2
      const { run: queued } = await state.enqueue({ ...request("materialize", DAYS), parent: ended }, 30); // 3
      await state.beginRun({ ...request("check", HOURS), parent: ended }, 40); // 4
      const found = async (filter: RunFilter, limit = 9) =>
        (await state.runs(limit, filter)).map(({ id }) => id);
      assertEquals(await found({}), [4, queued, 2, ended]);
      assertEquals(await found({ statuses: ["running"] }), [4, 2]);
      await harness.kill("b");
      assertEquals(await found({ statuses: ["running"] }), [4]);
      assertEquals(await found({ statuses: ["interrupted"] }), [2]);
      assertEquals(await found({ statuses: ["interrupted", "failed", "queued"] }, 2), [3, 2]);
      assertEquals(await found({ statuses: ["failed"] }, 1), [1]);
      assertEquals(await found({ statuses: [] }), []);
      assertEquals(await found({ asset: HOURS }), [4, 2, 1]);
      assertEquals(await found({ asset: DAYS }), [3, 1]);
      assertEquals(await found({ asset: DAYS, before: 3 }), [1]);
      assertEquals(await found({ asset: "test/unknown" }), []);
      assertEquals(await found({ parent: ended }), [4, 3]);
      assertEquals(await found({ parent: ended, command: "check" }), [4]);
      assertEquals(await found({ since: 20, until: 40 }), [3, 2]);
      assertEquals(await found({}, 0), []);
    },
  );

  test("runs are counted by when they began and how they stand or ended", async (state, harness) => {
    const request = { command: "materialize", ranges: [{ asset: HOURS, from: null, to: null }] } as const;
    const dying = await harness.worker("b");
    await state.endRun(await state.beginRun(request, 10), "failed", null, 25);
    await state.endRun(await state.beginRun(request, 19), "succeeded", null, 25);
    await dying.beginRun(request, 20);
    await state.enqueue(request, 30);
    const told = async (...bounds: number[]) =>
      (await state.runCountsBetween(bounds)).map((counts) =>
        Object.entries(counts).filter(([, count]) => count > 0).map(([status, count]) => `${status} ${count}`)
          .sort().join(", ")
      );
    assertEquals(await told(0, 20, 30, 31), ["failed 1, succeeded 1", "running 1", "queued 1"]);
    await harness.kill("b");
    assertEquals(await told(11, 30), ["interrupted 1, succeeded 1"]);
    assertEquals(await told(31, 40, 50), ["", ""]);
    assertEquals(await told(5), []);
  });

  test("what was forgotten of runs is in no answer", async (state) => {
    const ranges = [{ asset: HOURS, from: null, to: null }];
    for (const at of [10, 20]) {
      await state.endRun(await state.beginRun({ command: "materialize", ranges }, at), "succeeded", null, at);
    }
    await state.forgetOlder(15);
    assertEquals((await state.runs(9, { asset: HOURS })).map(({ id }) => id), [2]);
  });

  test("a log is read on after a line, of one step or of all", async (state) => {
    const run = await started(state);
    const line = (step: number, message: string) =>
      ({ step, at: 5, level: "info", message, fields: {} }) as const;
    await state.log(run, [line(1, "a"), line(2, "b"), line(1, "c"), line(1, "d")]);
    const messages = async (page?: Parameters<State["logs"]>[1]) =>
      (await state.logs(run, page)).map(({ message }) => message).join("");
    assertEquals(await messages(), "abcd");
    const [, second] = await state.logs(run);
    assertEquals(await messages({ after: second!.line }), "cd");
    assertEquals(await messages({ step: 1 }), "acd");
    assertEquals(await messages({ step: 1, after: second!.line, limit: 1 }), "c");
    assertEquals(await messages({ after: 99 }), "");
  });

  test("the last lines of a log are read, and those of some levels", async (state) => {
    const run = await started(state);
    const levels = ["info", "warn", "error", "info", "error"] as const;
    await state.log(
      run,
      levels.map((level, place) => ({ step: 1, at: 5, level, message: "abcde"[place]!, fields: {} })),
    );
    const messages = async (page?: Parameters<State["logs"]>[1]) =>
      (await state.logs(run, page)).map(({ message }) => message).join("");
    assertEquals(await messages({ levels: ["error", "warn"] }), "bce");
    assertEquals(await messages({ levels: [] }), "");
    assertEquals(await messages({ before: Number.MAX_SAFE_INTEGER, limit: 2 }), "de");
    const last = (await state.logs(run)).at(-1)!;
    assertEquals(await messages({ before: last.line, limit: 2 }), "cd");
    assertEquals(await messages({ before: last.line, limit: 9, levels: ["error"] }), "c");
  });

  test("numbers of what stands are summed over buckets of neighbouring partitions", async (state) => {
    const made = (partition: number, rows: number | null, size?: number, share?: number): NewEvent =>
      materialized(partition, {
        payload: {
          rows,
          files: size === undefined ? [] : [{ path: `a/${partition}`, size, hash: "ff" }],
          metadata: {
            ...(share !== undefined && { "null share": { type: "number", value: share } }),
            note: { type: "text", value: "7" },
          },
        },
      });
    const claim = await claimed(state, { from: 0, to: 40 });
    await state.commit({
      claim,
      events: [
        made(10, 99),
        made(10, 5, 100, 0.25), // what stood before does not count
        made(11, 7, 50),
        made(12, null),
        made(19, 2, 10, 0.5),
        made(30, 1),
        { kind: "wiped", asset: HOURS, at: 3, run: null, from: 30, to: 30 },
      ],
    });
    const range = { from: 10, to: 30 };
    assertEquals(await state.series(HOURS, "rows", range, 5), [
      { from: 10, to: 14, count: 2, least: 5, most: 7, sum: 12 },
      { from: 15, to: 19, count: 1, least: 2, most: 2, sum: 2 },
    ]);
    assertEquals(await state.series(HOURS, "bytes", range, 1), [
      { ...range, count: 3, least: 10, most: 100, sum: 160 },
    ]);
    assertEquals(await state.series(HOURS, { metadata: "null share" }, range, 21), [
      { from: 10, to: 10, count: 1, least: 0.25, most: 0.25, sum: 0.25 },
      { from: 19, to: 19, count: 1, least: 0.5, most: 0.5, sum: 0.5 },
    ]);
    assertEquals(await state.series(HOURS, { metadata: "note" }, range, 3), [], "a text is no number");
    assertEquals(await state.series(HOURS, { metadata: "' OR 1" }, range, 3), []);
    assertEquals(await state.series(HOURS, "rows", { from: 10, to: 30 }, 1_000), [
      { from: 10, to: 10, count: 1, least: 5, most: 5, sum: 5 },
      { from: 11, to: 11, count: 1, least: 7, most: 7, sum: 7 },
      { from: 19, to: 19, count: 1, least: 2, most: 2, sum: 2 },
    ]);
    assertEquals(await state.series(HOURS, "rows", { from: 30, to: 10 }, 3), []);
    assertEquals(await state.series("test/unknown", "rows", range, 3), []);

    const whole = async () =>
      (await state.series(HOURS, "rows", range, 1)).map(({ count, sum }) => `${count}: ${sum}`);
    assertEquals(await whole(), ["3: 14"]);
    await state.commit({ claim, events: [made(11, 8), made(13, 1)] });
    assertEquals(await whole(), ["4: 16"], "what was asked before is known of no longer");
    await state.commit({
      claim,
      events: [{ kind: "wiped", asset: HOURS, at: 4, run: null, from: 10, to: 10 }],
    });
    assertEquals(await whole(), ["3: 11"]);
  });
}
