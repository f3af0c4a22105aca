import { assertEquals } from "@std/assert";
import type { State } from "../../../core/mod.ts";
import { ASSETS, materialized, REQUEST, started } from "./build.ts";
import type { Harness } from "./harness.ts";

/** Being told of what others write. */
export function describeFollowing(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      await body(harness);
    });

  const make = (state: State, ...partitions: number[]) =>
    state.commit({ claim: null, events: partitions.map((each) => materialized(each)) });
  /** Follows from now on. */
  const follow = async (state: State, closely = true) => {
    const over = new AbortController();
    const told = (await state.watch(over.signal, { closely }))[Symbol.asyncIterator]();
    return {
      next: async () => (await told.next()).value as number | undefined,
      end: () => over.abort(),
    };
  };

  test("who follows is told of further events, its own and others', by the newest number", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    await a.register(ASSETS, 0);
    await make(a, 1, 2);
    const following = await follow(a);
    const first = following.next();
    await make(b, 3);
    assertEquals(await first, 3);
    const second = following.next();
    await make(a, 4);
    assertEquals(await second, 4);
    following.end();
    assertEquals(await following.next(), undefined);
  });

  test("what came before the question is told once, the newest alone", async (harness) => {
    const a = await harness.worker("a");
    await a.register(ASSETS, 0);
    const following = await follow(a, false);
    await make(a, 1);
    await make(a, 2, 3);
    assertEquals(await following.next(), 3);
    const next = following.next();
    await make(a, 4);
    assertEquals(await next, 4);
    following.end();
  });

  test("further runs are told of, queued or begun, and what changes neither is not", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const following = await follow(a);
    const first = following.next();
    await b.enqueue({ ...REQUEST, key: "once" }, 1);
    assertEquals(await first, 0);
    const second = following.next();
    await b.enqueue({ ...REQUEST, key: "once" }, 2);
    await b.keyValue.put("a/value", 1, 0);
    await b.cancel(1, 3);
    await a.keyValue.put("another/value", 1, 0);
    const pending = await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 60, "none"))]);
    assertEquals(pending, "none");
    await started(b);
    assertEquals(await second, 0);
    following.end();
  });

  test("several follow at once, and each is told", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    await a.register(ASSETS, 0);
    const all = [await follow(a), await follow(a, false), await follow(b)];
    const told = Promise.all(all.map(({ next }) => next()));
    await make(a, 1);
    assertEquals(await told, [1, 1, 1]);
    for (const { end } of all) end();
  });

  test("following ends with the signal, or with the state, and not with an error", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const [one, two] = [await follow(a), await follow(b)];
    const ends = [one.next(), two.next()];
    one.end();
    await b.close();
    assertEquals(await Promise.all(ends), [undefined, undefined]);
    const late = new AbortController();
    late.abort();
    for await (const seq of await a.watch(late.signal)) throw new Error(`found ${seq}, wanted nothing`);
  });
}
