import { assertEquals, assertRejects } from "@std/assert";
import type { Json, State } from "../../../core/mod.ts";
import { REQUEST } from "./build.ts";
import type { Harness } from "./harness.ts";

const AT = Date.UTC(2024, 0, 31);

/** Whether a worker has the lead now. */
const leads = async (worker: State, name = "ticks") => await worker.lead(name, AT) !== undefined;

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
    const ask = () => Promise.all(workers.map((worker) => leads(worker)));
    const found = await ask();
    assertEquals(found.filter(Boolean).length, 1);
    for (let i = 0; i < 3; i++) assertEquals(await ask(), found);
    for (const worker of workers) assertEquals(typeof await worker.leader("ticks"), "object");
  });

  test("each name has a lead of its own", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await leads(a), await leads(b, "mail"), await leads(b)], [true, true, false]);
    assertEquals([await leads(a, "mail"), await a.leader("none")], [false, undefined]);
  });

  test("the lead of a worker that is no more is free at once", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await leads(a), await leads(b)], [true, false]);
    await harness.kill("a");
    assertEquals(await b.leader("ticks"), undefined);
    assertEquals(await leads(b), true);
  });

  test("who closes the state leaves the lead to the next", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await leads(a), await leads(b)], [true, false]);
    await a.close();
    const c = await harness.worker("c");
    assertEquals(await c.leader("ticks"), undefined);
    assertEquals([await leads(c), await leads(b)], [true, false]);
  });

  test("who asked in vain and ends takes nothing from who leads", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals([await leads(a), await leads(b)], [true, false]);
    await b.close();
    assertEquals([await leads(a), await leads(await harness.worker("c"))], [true, false]);
  });

  test("who has the lead gives signs of life, which others see", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const lead = (await a.lead("ticks", AT))!;
    assertEquals([await a.beat(lead, AT + 1), await a.beat(lead, AT + 2)], [true, true]);
    const { beats, at, number } = (await b.leader("ticks"))!;
    assertEquals({ beats, at, number }, { beats: 2, at: AT + 2, number: lead.number });
    assertEquals(await b.beat(lead, AT + 3), false, "it is another's");
    assertEquals((await a.leader("ticks"))!.beats, 2);
  });

  test("who is silent since a sign of life is deposed, and who gave another is not", async (harness) => {
    const [a, b, c] = [await harness.worker("a"), await harness.worker("b"), await harness.worker("c")];
    const lead = (await a.lead("ticks", AT))!;
    const seen = (await b.leader("ticks"))!;
    await a.beat(lead, AT + 1);
    assertEquals(await b.lead("ticks", AT + 9, seen), undefined);
    const later = (await b.leader("ticks"))!;
    assertEquals(await b.lead("ticks", AT + 9, { ...later, number: later.number + 1 }), undefined);
    const taken = (await b.lead("ticks", AT + 9, later))!;
    assertEquals(taken.number > lead.number, true);
    assertEquals(await c.lead("ticks", AT + 9, later), undefined, "another was faster");
    assertEquals([await a.beat(lead, AT + 10), await b.beat(taken, AT + 10)], [false, true]);
    assertEquals((await c.stalled("ticks")).map(({ since }) => since), [AT + 1]);
    assertEquals(await c.stalled("mail"), []);
    // It is awake again: it sees that it is deposed, and nobody misses it.
    assertEquals([await leads(a), await c.stalled("ticks")], [false, []]);
  });

  test("one that is deposed is missed no more once it ends", async (harness) => {
    const [a, b, c] = [await harness.worker("a"), await harness.worker("b"), await harness.worker("c")];
    await a.lead("ticks", AT);
    for (const [next, end] of [[b, () => a.close()], [c, () => harness.kill("b")]] as const) {
      await next.lead("ticks", AT, (await next.leader("ticks"))!);
      assertEquals((await next.stalled("ticks")).length, 1);
      await end();
      assertEquals(await next.stalled("ticks"), []);
    }
  });

  test("under a lead that has passed on nothing is queued, noted or committed", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const lead = (await a.lead("ticks", AT))!;
    const record = { version: "1", edges: [] };
    await a.register([{ key: "t/a", partitions: { type: "single" }, record }], 0);
    const request = { command: "materialize", ranges: [] } as const;
    const tick = { name: "t", at: AT, outcome: "failed", detail: "", runs: [] } as const;
    const due = { kind: "due", asset: "t/a", at: AT, run: null, detail: "", from: 0, to: 0 } as const;
    const write = (worker: State, under: typeof lead, key: string) => [
      () => worker.enqueue({ ...request, key }, AT, [], under),
      () => worker.noteTick(tick, [], under),
      () => worker.commit({ claim: null, events: [due], lead: under }),
    ];
    for (const each of write(a, lead, "1")) await each();
    const taken = (await b.lead("ticks", AT, (await b.leader("ticks"))!))!;
    for (const each of write(a, lead, "2")) {
      await assertRejects(each, Error, 'writing as who leads "ticks": found that another worker does by now');
    }
    for (const each of write(b, taken, "3")) await each();
    assertEquals((await b.runs(9)).map(({ request }) => request.key), ["3", "1"]);
    assertEquals([(await b.ticks("t", { limit: 9 })).length, (await b.since(0)).length], [2, 2]);
    // Once it has the lead again, what it was about to do under the one before is refused all the same.
    await b.close();
    const again = (await a.lead("ticks", AT))!;
    for (const each of write(a, lead, "4")) await assertRejects(each, Error, "writing as who leads");
    for (const each of write(a, again, "5")) await each();
  });

  test("leads whose names begin alike are told together, by name, with their leaders", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const told = async () => (await b.leaders("ticks")).map(({ name, note }) => [name, note]);
    assertEquals(await told(), []);
    await b.lead("ticks two", AT, undefined, { note: 2 });
    await a.lead("ticks one", AT, undefined, { note: 1 });
    await a.lead("other", AT);
    assertEquals(await told(), [["ticks one", 1], ["ticks two", 2]]);
    await b.lead("ticks one", AT, await b.leader("ticks one"), { note: 3 });
    assertEquals((await b.stalled("ticks")).length, 1);
    assertEquals(await b.stalled("other"), []);
    await harness.kill("b");
    assertEquals((await a.leaders("ticks")).map(({ name }) => name), []);
  });

  test("who leads says what others are to know of it, and another what else", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const noted = async (worker: State, note: Json) =>
      await worker.lead("ticks", AT, undefined, { note }) !== undefined;
    assertEquals(await noted(a, { speed: 1 }), true);
    assertEquals((await b.leader("ticks"))?.note, { speed: 1 });
    assertEquals(await noted(b, { speed: 2 }), false);
    assertEquals(await noted(a, { speed: 3 }), true);
    assertEquals((await b.leader("ticks"))?.note, { speed: 3 });
    await harness.kill("a");
    assertEquals(await leads(b), true);
    assertEquals((await b.leader("ticks"))?.note, null);
  });

  test("a lead that yields goes to who asks for it and does not yield, and to no other", async (harness) => {
    const [a, b, c] = [await harness.worker("a"), await harness.worker("b"), await harness.worker("c")];
    const yielding = (worker: State) => worker.lead("ticks", AT, undefined, { yields: true });
    const lead = (await yielding(a))!;
    assertEquals(await yielding(b), undefined);
    assertEquals(await yielding(a), lead);
    const taken = (await c.lead("ticks", AT))!;
    assertEquals(taken.number > lead.number, true);
    assertEquals([await yielding(a), await leads(a), await a.beat(lead, AT)], [undefined, false, false]);
    assertEquals(await b.stalled("ticks"), [], "it was not silent");
    assertEquals(await yielding(c), taken, "its code is the older one by now");
    assertEquals([await leads(a), await leads(c)], [true, false]);
  });

  test("others at work lead nothing", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    await b.beginRun(REQUEST, 0);
    assertEquals(await a.leader("ticks"), undefined);
  });
}
