import { assertEquals } from "@std/assert";
import type { Harness } from "./harness.ts";

/** Work that one worker at a time does. */
export function describeLeads(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      await body(harness);
    });

  test("one of those who ask has the lead, and keeps it", async (harness) => {
    const workers = await Promise.all(["a", "b", "c"].map((name) => harness.worker(name)));
    assertEquals(await workers[0]!.leader("ticks"), undefined);
    const ask = () => Promise.all(workers.map((worker) => worker.lead("ticks")));
    const found = await ask();
    assertEquals(found.filter(Boolean).length, 1);
    for (let i = 0; i < 3; i++) assertEquals(await ask(), found);
    for (const worker of workers) assertEquals(typeof await worker.leader("ticks"), "object");
  });

  test("each name has a lead of its own", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await a.lead("ticks"), await b.lead("mail"), await b.lead("ticks")], [true, true, false]);
    assertEquals([await a.lead("mail"), await a.leader("none")], [false, undefined]);
  });

  test("the lead of a worker that is no more is free at once", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await a.lead("ticks"), await b.lead("ticks")], [true, false]);
    harness.kill("a");
    assertEquals(await b.leader("ticks"), undefined);
    assertEquals(await b.lead("ticks"), true);
  });

  test("who closes the state leaves the lead to the next", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await a.lead("ticks"), await b.lead("ticks")], [true, false]);
    await a.close();
    const c = await harness.worker("c");
    assertEquals(await c.leader("ticks"), undefined);
    assertEquals([await c.lead("ticks"), await b.lead("ticks")], [true, false]);
  });

  test("who asked in vain and ends takes nothing from who leads", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await a.lead("ticks"), await b.lead("ticks")], [true, false]);
    await b.close();
    assertEquals([await a.lead("ticks"), await (await harness.worker("c")).lead("ticks")], [true, false]);
  });
}
