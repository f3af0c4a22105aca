import { assertEquals } from "@std/assert";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { handsOf, handsOfEach } from "../../../core/daemon/hands.ts";
import { MINUTE } from "../../../core/instant.ts";
import { NOON } from "../lab.ts";

const A = ["a/one", "a/two"], B = ["b/one"];

/** A state in which workers lead. */
function leading() {
  const store = memoryStore();
  const worker = (name: string) => memoryState(store, name);
  const state = worker("looking");
  const waits = async (...works: string[][]) => (await handsOf(state, NOON, works)).waits;
  return { worker, state, waits };
}

const made = (...assets: string[]) => ({
  note: { codes: Object.fromEntries(assets.map((key) => [key, 1])) },
});

Deno.test("what a daemon of other groups leads, nobody takes of these", async () => {
  const { worker, state, waits } = leading();
  assertEquals(await waits(A), true);
  await worker("1").lead("ticks a", NOON, undefined, made(...A));
  assertEquals([await waits(A), await waits(B), await waits(A, B)], [false, true, true]);
  const { lines, place } = await handsOf(state, NOON, [A, B]);
  assertEquals([lines, place], [
    ['no daemon is at work on b/one: "deno task daemon" does it'],
    "the daemon",
  ]);
  assertEquals((await handsOf(state, NOON, [B])).lines, lines);
  assertEquals(await waits([...A, ...B]), true, "a run of both groups");
  await worker("2").lead("ticks b", NOON, undefined, made(...B));
  assertEquals([await waits(A), await waits(B), await waits(A, B)], [false, false, false]);
  assertEquals(await waits([...A, ...B]), true);
  await worker("3").lead("ticks a b", NOON, undefined, made(...A, ...B));
  assertEquals(await waits([...A, ...B]), false);
});

Deno.test("several are looked for by one look, and each is answered as alone", async () => {
  const { worker, state } = leading();
  await worker("1").lead("ticks a", NOON, undefined, made(...A));
  let looks = 0;
  const leaders = state.leaders.bind(state);
  state.leaders = (prefix) => (looks++, leaders(prefix));
  const each = [[A], [B], [A, B], [[...A, ...B]]];
  const found = await handsOfEach(state, NOON, each);
  assertEquals(looks, 1);
  assertEquals(found, await Promise.all(each.map((works) => handsOf(state, NOON, works))));
  assertEquals(found.map(({ waits }) => waits), [false, true, true, true]);
  looks = 0;
  assertEquals([await handsOfEach(state, NOON, []), looks], [[], 0]);
});

Deno.test("where one leads in a stalled one's place, nothing waits; where each is silent, its own groups' work does", async () => {
  const { worker, state, waits } = leading();
  const before = NOON - MINUTE;
  await worker("1").lead("ticks a", before, undefined, made(...A));
  await worker("1").beat({ name: "ticks a", number: 1 }, before);
  await worker("2").lead("ticks b", NOON, undefined, made(...B));
  await worker("2").beat({ name: "ticks b", number: 1 }, NOON);
  assertEquals([await waits(B), await waits(A)], [false, true]);
  const told = await handsOf(state, NOON, [A]);
  assertEquals(told.lines.length, 1);

  await worker("3").lead("ticks a", NOON, await state.leader("ticks a"), made(...A));
  const after = await handsOf(state, NOON, [A]);
  assertEquals([after.waits, after.lines.length], [false, 1]);
  assertEquals(/another asks for what is due in its place/.test(after.lines[0]!), true);
});
