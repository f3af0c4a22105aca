import { assert, assertEquals } from "@std/assert";
import type { ClaimAnswer, RunId, State } from "../../../core/mod.ts";
import { ASSETS, DAYS, HOURS, materialized, REQUEST } from "./build.ts";
import type { Harness } from "./harness.ts";

const ONE = { pool: "one", most: 1 };

/** Slots of pools, which claims have. */
export function describePools(name: string, open: () => Promise<Harness>): void {
  const test = (
    what: string,
    body: (workers: readonly [State, State, State], harness: Harness) => Promise<void>,
  ) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      const workers = [
        await harness.worker("a"),
        await harness.worker("b"),
        await harness.worker("c"),
      ] as const;
      await workers[0].register(ASSETS, 0);
      await body(workers, harness);
    });

  const begun = (state: State, priority = 0) => state.beginRun({ ...REQUEST, priority }, 0);
  /** Claims one partition. */
  const claim = (state: State, run: RunId, partition: number, slot = ONE, asset = HOURS) =>
    state.claim(run, asset, [{ from: partition, to: partition }], undefined, slot);
  const tokenOf = ({ granted }: ClaimAnswer) => granted!.token;

  test("a slot is one claim's at a time, of all runs and workers; others are told whose", async ([a, b]) => {
    const [one, two] = [await begun(a), await begun(b)];
    const first = await claim(a, one, 1);
    assert(first.granted);
    assertEquals(await claim(b, two, 2), { held: [], full: one });
    assertEquals(await claim(a, one, 3, ONE, DAYS), { held: [], full: one });
    assert((await claim(b, two, 2, { pool: "other", most: 1 })).granted, "another pool is free");
    assert((await b.claim(two, HOURS, [{ from: 5, to: 5 }])).granted, "who needs no slot waits for none");
    await a.release(tokenOf(first));
    assert((await claim(b, two, 9)).granted);
  });

  test(
    "those that wait for a slot are told, with whose it is, until they have it or are no more",
    async (workers, harness) => {
      const [a, b, c] = workers;
      const [one, two, three] = [await begun(a), await begun(b), await begun(c)];
      assertEquals(await a.slotWaits(), []);
      const first = await claim(a, one, 1);
      await claim(b, two, 2);
      await claim(c, three, 3);
      assertEquals(await a.slotWaits(), [
        { run: two, pool: "one", holder: one },
        { run: three, pool: "one", holder: one },
      ]);
      await harness.kill("c");
      await a.release(tokenOf(first));
      assertEquals(await a.slotWaits(), []);
      assert((await claim(b, two, 2)).granted);
      assertEquals(await a.slotWaits(), []);
    },
  );

  test("a pool has as many slots as it is said to have", async ([a, b]) => {
    const two = { pool: "two", most: 2 };
    const [one, other] = [await begun(a), await begun(b)];
    const granted = [await claim(a, one, 1, two), await claim(b, other, 2, two)];
    assertEquals((await claim(b, other, 3, two)).full, one);
    await b.commit({ claim: tokenOf(granted[1]!), events: [], release: true });
    assert((await claim(a, one, 4, two)).granted);
  });

  test("what others hold is told first, and nobody waits for a slot then", async ([a, b]) => {
    const [one, two] = [await begun(a), await begun(b, 9)];
    const { granted } = await claim(a, one, 1);
    assertEquals(await claim(b, two, 1), {
      held: [{ asset: HOURS, from: 1, to: 1, run: one, abandoned: false }],
    });
    assertEquals(await a.isWanted(granted!.token), false);
  });

  test("a slot is free once its claim is over, however that comes", async ([a, b, c], harness) => {
    const ends: readonly ((token: number, run: RunId) => Promise<unknown>)[] = [
      (token) => a.release(token),
      (token) => a.commit({ claim: token, events: [materialized(1)], release: true }),
      (_, run) => b.free(run, 5),
      (token) => {
        const intents = [{ event: materialized(1), replacements: [], measured: [] }];
        return a.commit({ claim: token, events: [], intents, release: true });
      },
    ];
    for (const end of ends) {
      const run = await begun(a);
      const first = await claim(a, run, 1);
      assert(first.granted, JSON.stringify(first));
      const other = await begun(b);
      assertEquals((await claim(b, other, 2)).full, run);
      await end(tokenOf(first), run);
      const second = await claim(b, other, 2);
      assert(second.granted, `${end}`);
      await b.release(tokenOf(second));
      for (const { token } of await b.recover(2)) {
        await b.commit({ claim: token, events: [], reverted: [1], release: true });
      }
    }
    const [left, other] = [await begun(a), await begun(b)];
    assert((await claim(a, left, 1)).granted);
    await harness.kill("a");
    const after = await claim(b, other, 2);
    assert(after.granted, "though nobody has noted the death");
    await b.recover(3);
    assertEquals((await claim(c, await begun(c), 7)).full, other, "what is taken over takes no slot");
    await b.close();
    assert((await claim(c, await begun(c), 8)).granted);
  });

  test("the slot of what is less urgent is wanted, and comes to what is more urgent", async ([a, b, c]) => {
    const [low, high, same] = [await begun(a, -1), await begun(b, 3), await begun(c, -1)];
    const first = tokenOf(await claim(a, low, 1));
    assertEquals(await a.isWanted(first), false);
    assertEquals((await claim(c, same, 3)).full, low);
    assertEquals(await a.isWanted(first), false, "by what is as urgent");
    assertEquals((await claim(b, high, 2)).full, low);
    assertEquals(await a.isWanted(first), true);
    await a.release(first);
    assertEquals((await claim(a, low, 1)).full, high, "it comes first, and has not asked yet");
    assertEquals((await claim(c, same, 3)).full, high);
    const second = tokenOf(await claim(b, high, 2));
    assertEquals(await b.isWanted(second), false, "by what is less urgent");
    await b.release(second);
    assert((await claim(a, low, 1)).granted);
  });

  test("with slots to spare, what is less urgent need not wait", async ([a, b, c]) => {
    const two = { pool: "two", most: 2 };
    const [low, high, other] = [await begun(a), await begun(b, 3), await begun(c)];
    const tokens = [tokenOf(await claim(a, low, 1, two)), tokenOf(await claim(a, low, 2, two))];
    assert((await claim(b, high, 3, two)).full);
    for (const token of tokens) await a.release(token);
    assert((await claim(c, other, 4, two)).granted, "one is left for who waits");
    assert((await claim(c, other, 5, two)).full);
    assert((await claim(b, high, 3, two)).granted);
  });

  test("nobody waits any more who left, ended, was released, closed or died", async ([a, b, c], harness) => {
    const low = await begun(a);
    const token = tokenOf(await claim(a, low, 1));
    const leave: readonly ((run: RunId) => Promise<unknown>)[] = [
      (run) => b.leave(run, "one"),
      (run) => b.endRun(run, "cancelled", null, 5),
      (run) => c.free(run, 5),
      () => b.close(),
      () => Promise.resolve(harness.kill("d")),
    ];
    for (const [place, act] of leave.entries()) {
      const worker = place < 4 ? b : await harness.worker("d");
      const run = await begun(worker, 9);
      assertEquals((await claim(worker, run, 2)).full, low);
      assertEquals(await a.isWanted(token), true);
      await act(run);
      assertEquals(await a.isWanted(token), false, `${act}`);
    }
    await c.recover(9);
    assertEquals(await a.isWanted(token), false);
  });

  test("who gets what it wanted otherwise waits no more", async ([a, b]) => {
    const [low, high] = [await begun(a), await begun(b, 9)];
    const token = tokenOf(await claim(a, low, 1));
    assertEquals((await claim(b, high, 2)).full, low);
    const held = await b.claim(high, HOURS, [{ from: 1, to: 1 }], undefined, ONE);
    assertEquals([held.full, held.held.length], [undefined, 1]);
    assertEquals(await a.isWanted(token), false);
  });

  test("of those who ask at once one is granted", async (workers) => {
    const runs = await Promise.all(workers.map((worker) => begun(worker)));
    const answers = await Promise.all(workers.map((worker, i) => claim(worker, runs[i]!, i)));
    assertEquals(answers.filter(({ granted }) => granted !== undefined).length, 1);
  });

  test("a claim that was lost wants nothing", async ([a, b]) => {
    const run = await begun(a);
    const token = tokenOf(await claim(a, run, 1));
    await claim(b, await begun(b, 9), 2);
    await b.free(run, 5);
    assertEquals(await a.isWanted(token), false);
  });
}
