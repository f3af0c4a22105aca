import { assertEquals } from "@std/assert";
import { type AssetEvaluation, MOST_EVALUATIONS, type State, type TickRecord } from "../../../core/mod.ts";
import { HOURS, REQUEST } from "./build.ts";
import type { Harness } from "./harness.ts";

/** The history of ticks, and of the evaluations behind them. */
export function describeTicks(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      await body(harness);
    });

  const note = (state: State, given: Partial<TickRecord>) =>
    state.noteTick({ name: "s", at: 1, outcome: "requested", detail: "", runs: [], ...given });
  const told = async (state: State, name = "s", limit = 100) =>
    (await state.ticks(name, { limit })).map(({ at, outcome, detail, runs }) => [at, outcome, detail, runs]);
  const evaluation = (asset: string, at: number): AssetEvaluation => ({
    asset,
    at,
    requested: at % 2 === 0 ? [] : [{ from: null, to: null, count: 1 }],
    reasons: ["missing"],
    why: { condition: "missing", value: true, children: [{ condition: "not failed", value: false }] },
  });

  test("ticks are told newest first, page by page, each name by itself", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await told(a), (await a.lastTicks()).size], [[], 0]);
    await note(a, { at: 5, runs: [1, 2] });
    await note(b, { at: 4, outcome: "failed", detail: 'found "x\ny"' });
    await note(a, { name: "other", at: 9, outcome: "skipped", detail: "nothing new" });
    await note(a, { at: 6, detail: "due", runs: [3] });
    const all = [[6, "requested", "due", [3]], [4, "failed", 'found "x\ny"', []], [5, "requested", "", [
      1,
      2,
    ]]];
    assertEquals(await told(b), all);
    const pages = [];
    let before: number | undefined;
    for (;;) {
      const page = await b.ticks("s", { limit: 1, ...(before !== undefined && { before }) });
      if (page.length === 0) break;
      pages.push(...page.map(({ at }) => at));
      before = page[0]!.number;
    }
    assertEquals(pages, [6, 4, 5]);
    const last = await b.lastTicks();
    assertEquals([...last].map(([name, { at }]) => [name, at]), [["other", 9], ["s", 6]]);
    assertEquals(await b.ticks("s", { limit: 0 }), []);
  });

  test("of the ticks of a name that were skipped only the last is kept, where it came", async (harness) => {
    const state = await harness.worker("a");
    for (let at = 0; at < 5; at++) await note(state, { at, outcome: "skipped", detail: `${at}` });
    await note(state, { name: "other", outcome: "skipped" });
    await note(state, { at: 7, runs: [1] });
    assertEquals(await told(state), [[7, "requested", "", [1]], [4, "skipped", "4", []]]);
    await note(state, { at: 8, outcome: "skipped", detail: "8" });
    assertEquals(await told(state), [[8, "skipped", "8", []], [7, "requested", "", [1]]]);
    assertEquals((await told(state, "other")).length, 1);
  });

  test("an evaluation is kept with the run that it led to, and the last one of each asset", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const of = async (asset: string) => (await b.evaluations(asset, 9)).map(({ at, run }) => [at, run]);
    const request = { ...REQUEST, key: "k" };
    const { run } = await a.enqueue(request, 1, [evaluation(HOURS, 1), evaluation("x", 1)]);
    const whole = await b.evaluations(HOURS, 9);
    assertEquals(whole, [{ ...evaluation(HOURS, 1), run }]);
    // Whoever is killed before it has noted its tick asks again: the run is the same, and so is why.
    await a.enqueue(request, 2, [evaluation(HOURS, 3)]);
    assertEquals(await of(HOURS), [[1, run]]);
    for (const at of [4, 6]) {
      await a.noteTick({ name: "s", at, outcome: "skipped", detail: "", runs: [] }, [evaluation(HOURS, at)]);
    }
    assertEquals([await of(HOURS), await of("x")], [[[6, null], [1, run]], [[1, run]]]);
    const next = await a.enqueue({ ...REQUEST, key: "l" }, 7, [evaluation(HOURS, 7)]);
    assertEquals(await of(HOURS), [[7, next.run], [1, run]]);
    assertEquals((await b.evaluations(HOURS, 1)).map(({ at }) => at), [7]);
    assertEquals(await of("never"), []);
  });

  test("no more evaluations of an asset are kept than are to be", async (harness) => {
    const state = await harness.worker("a");
    for (let at = 0; at < MOST_EVALUATIONS + 3; at++) {
      await state.enqueue({ ...REQUEST, key: `${at}` }, at, [evaluation(HOURS, at)]);
    }
    await state.noteTick({ name: "s", at: 9_999, outcome: "skipped", detail: "", runs: [] }, [
      evaluation(HOURS, 9_999),
    ]);
    const kept = await state.evaluations(HOURS, 9_999);
    assertEquals([kept.length, kept[0]!.at, kept.at(-1)!.at], [MOST_EVALUATIONS + 1, 9_999, 3]);
  });

  test("old ticks and evaluations are forgotten, but for the newest of each name and asset", async (harness) => {
    const state = await harness.worker("a");
    for (let at = 1; at <= 6; at++) await note(state, { at });
    await note(state, { name: "rare", at: 1 });
    for (const at of [1, 2, 5]) await state.enqueue(REQUEST, at, [evaluation(HOURS, at)]);
    await state.enqueue(REQUEST, 1, [evaluation("x", 1)]);
    assertEquals(await state.forgetTicks(4, "only"), 3);
    assertEquals((await told(state)).length, 6);
    assertEquals(await state.forgetTicks(4), 3);
    assertEquals((await told(state)).map(([at]) => at), [6, 5, 4]);
    assertEquals((await told(state, "rare")).map(([at]) => at), [1]);
    assertEquals((await state.evaluations(HOURS, 9)).map(({ at }) => at), [5]);
    assertEquals((await state.evaluations("x", 9)).map(({ at }) => at), [1]);
    assertEquals(await state.forgetTicks(100), 2);
    assertEquals((await told(state)).map(([at]) => at), [6]);
  });
}
