import { assertEquals, assertRejects } from "@std/assert";
import { LostLeaseError, type State } from "../../core/mod.ts";
import { Cancellation } from "../../core/run/cancellation.ts";
import type { Session } from "../../core/run/session.ts";
import { ASSETS, claimed, HOURS, materialized, REQUEST, started } from "../adapters/state/build.ts";
import { fakeClock } from "../fake_clock.ts";
import { postgresHarness, type Schema } from "./harness.ts";

const SECONDS = 1_000, LASTS = 60 * SECONDS;

/** Lets time go by for whoever judges leases. */
const pass = (schema: Schema, ms: number) => schema.run(`UPDATE moment SET ahead = ahead + ${ms}`);

function test(what: string, body: (workers: { a: State; b: State; schema: Schema }) => Promise<void>): void {
  // By the test's own hand alone a lease is renewed, and time passes.
  const lease = { lasts: LASTS, every: 2 ** 30 };
  Deno.test(`a lease: ${what}`, async () => {
    await using harness = await postgresHarness({ lease });
    const { schema } = harness;
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    await a.register(ASSETS, 0);
    await body({ a, b, schema });
  });
}

test("as long as it lasts, what a worker claimed is its own, and from then on anybody's", async ({ a, b, schema }) => {
  const token = await claimed(a, { from: 1, to: 2 });
  await pass(schema, LASTS - 10 * SECONDS);
  assertEquals((await b.holdings()).map(({ alive, place }) => [alive, place?.host]), [[true, "a"]]);
  assertEquals(await b.recover(1), []);
  await pass(schema, 10 * SECONDS);
  assertEquals((await b.holdings()).map(({ alive }) => alive), [false]);
  assertEquals((await b.claim(await started(b), HOURS, [{ from: 1, to: 1 }])).held[0]?.abandoned, true);
  assertEquals(await a.commit({ claim: token, events: [materialized(1)] }), { status: "superseded" });
  assertEquals((await b.recover(1)).map(({ ranges }) => ranges), [[{ from: 1, to: 2 }]]);
  assertEquals(await b.since(0), []);
});

test("who lost it writes nothing of what it was at, and is told so in a line", async ({ a, b, schema }) => {
  const run = await started(a);
  const taken = await (async () => {
    await b.enqueue(REQUEST, 1);
    return (await a.take(2))!.id;
  })();
  const lead = (await a.lead("ticks", 1))!;
  await pass(schema, LASTS);
  for (
    const act of [
      () => started(a),
      () => a.claim(run, HOURS, [{ from: 1, to: 1 }]),
      () => a.commit({ claim: null, events: [materialized(1)] }),
      () => a.endRun(run, "succeeded", null, 3),
      () => a.isCancelled(run),
      () => a.take(3),
      () => a.lead("other", 3),
      () => a.recover(3),
    ]
  ) {
    await assertRejects(act, LostLeaseError, "lease");
  }
  await assertRejects(() => a.enqueue(REQUEST, 3, [], lead), Error, 'writing as who leads "ticks"');
  assertEquals(await a.beat(lead, 3), false);
  assertEquals(await b.leader("ticks"), undefined);
  assertEquals((await b.runs(9)).map(({ id, status }) => [id, status]), [[taken, "queued"], [
    run,
    "interrupted",
  ]]);
  assertEquals(await b.since(0), []);
});

test("the steps of who lost it are aborted, and not those of who has it", async ({ a, b, schema }) => {
  const clock = fakeClock(0);
  const watched = async (state: State) => {
    const cancellation = new Cancellation(
      { state, clock } as unknown as Session,
      new AbortController().signal,
    );
    cancellation.begin(await started(state));
    return cancellation;
  };
  using lost = await watched(a);
  await pass(schema, LASTS);
  using kept = await watched(b);
  await Promise.all([lost.look(), kept.look()]);
  assertEquals([lost.signal.aborted, kept.signal.aborted], [true, false]);
  assertEquals(lost.signal.reason instanceof LostLeaseError, true);
});

test("what is left behind is taken over once, however many look for it at once", async ({ a, b, schema }) => {
  await claimed(a, { from: 1, to: 2 });
  await pass(schema, LASTS);
  // More than there are connections.
  const found = Promise.all(Array.from({ length: 6 }, () => b.recover(1)));
  await schema.until("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM workers WHERE host = 'a')");
  assertEquals((await found).flat().map(({ asset, ranges }) => [asset, ranges]), [[HOURS, [{
    from: 1,
    to: 2,
  }]]]);
});

test("what is being committed as it runs out is taken over once it is written, and not twice", async ({ a, b, schema }) => {
  const token = await claimed(a, { from: 1, to: 1 });
  await started(b);
  // Somebody else commits meanwhile, and is slow about it.
  const slow = await schema.hold("SELECT 1 FROM counter FOR UPDATE");
  const committed = a.commit({ claim: token, events: [materialized(1)], release: true });
  await schema.until(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%commit_events%'",
  );
  await pass(schema, LASTS);
  await schema.run(`UPDATE workers SET until = until + ${LASTS} WHERE host = 'b'`);
  const recovered = b.recover(1);
  await schema.until(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%adopt_claims%'",
  );
  await slow.end();
  assertEquals((await committed).status, "committed");
  assertEquals(await recovered, [], "its claim ended with the commit");
  assertEquals((await b.since(0)).length, 1);
});

Deno.test("a lease counts as lost once nothing is answered any more, and whoever closes waits no longer", async () => {
  await using harness = await postgresHarness({ lease: { lasts: 500, every: 2 ** 30 } });
  const a = await harness.worker("a");
  const run = await started(a);
  const silence = await harness.schema.hold("LOCK TABLE runs");
  await assertRejects(() => a.isCancelled(run), LostLeaseError, "ran out");
  await a.close();
  await silence.end();
});

Deno.test("a lease is renewed while its worker lives, and not once it ran out", async () => {
  await using harness = await postgresHarness({ lease: { lasts: LASTS, every: 5 } });
  const { schema } = harness;
  const a = await harness.worker("a");
  const run = await started(a);
  for (let i = 0; i < 3; i++) {
    await pass(schema, LASTS - 10 * SECONDS);
    await schema.until(`SELECT 1 FROM workers WHERE until - now_ms() > ${LASTS - 5 * SECONDS}`);
    assertEquals(await a.isCancelled(run), false);
  }
  // It sleeps: nothing is renewed until its time is over.
  await schema.run("UPDATE workers SET until = now_ms()");
  await assertRejects(() => a.isCancelled(run), LostLeaseError);
  assertEquals((await schema.run("SELECT lives(id) AS lives FROM workers")).map(({ lives }) => lives), [
    false,
  ]);
});
