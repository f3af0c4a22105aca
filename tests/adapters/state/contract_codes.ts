import { assertEquals } from "@std/assert";
import type { AssetEvent, DeclaredAsset, State } from "../../../core/mod.ts";
import { ASSETS, DAYS, HOURS, materialized } from "./build.ts";
import type { Harness } from "./harness.ts";

/** Which code of an asset is the present one: that of the last registration. */
export function describeCodes(name: string, open: () => Promise<Harness>): void {
  const test = (what: string, body: (harness: Harness) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using harness = await open();
      await body(harness);
    });

  const days = (version: string): DeclaredAsset => ({ ...ASSETS[1], record: { version, edges: [] } });
  const present = async (state: State) => (await state.snapshot([HOURS, DAYS])).registered;
  const told = (events: readonly AssetEvent[]) =>
    events.map((event) => event.kind === "registered" ? [event.seq, event.asset, event.codeId] : event.kind);

  test("the first assets of all are told to nobody, and registering them again writes nothing", async (harness) => {
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    const found = await a.register(ASSETS, 100);
    assertEquals(await b.register(ASSETS, 200), found);
    assertEquals(await b.since(0), []);
    assertEquals(await present(b), new Map(found.map(({ key, codeId }) => [key, codeId])));
    assertEquals(await b.assets(), found);
  });

  test("other code is an event with its record, and the last registration is the present one", async (harness) => {
    const [old, young] = [await harness.worker("old"), await harness.worker("young")];
    const [, { codeId: one }] = await old.register([ASSETS[0], days("1")], 100) as [
      unknown,
      { codeId: number },
    ];
    await old.commit({ claim: null, events: [materialized(1)] });
    const over = new AbortController();
    const following = (await old.watch(over.signal, { closely: true }))[Symbol.asyncIterator]();
    const next = following.next();
    const [, { codeId: two }] = await young.register([ASSETS[0], days("2")], 200) as [
      unknown,
      { codeId: number },
    ];
    assertEquals((await next).value, 2);
    over.abort();
    await following.next();
    assertEquals(await old.since(1), [{
      kind: "registered",
      seq: 2,
      asset: DAYS,
      at: 200,
      run: null,
      codeId: two,
      record: { version: "2", edges: [] },
    }]);
    assertEquals((await present(old)).get(DAYS), two);
    await old.register([ASSETS[0], days("1")], 300);
    await old.register([ASSETS[0], days("1")], 400);
    assertEquals(told(await young.since(1)), [[2, DAYS, two], [3, DAYS, one]]);
    assertEquals((await present(young)).get(DAYS), one);
    assertEquals((await young.assets()).at(-1)?.codeId, one);
    await young.commit({ claim: null, events: [materialized(2)] });
    assertEquals((await young.since(3)).map(({ seq }) => seq), [4], "numbers go on");
  });

  test("an asset that comes to others is told, one that goes is not", async (harness) => {
    const [old, young] = [await harness.worker("old"), await harness.worker("young")];
    await old.register([ASSETS[0]], 100);
    const [found] = await young.register([ASSETS[1]], 200);
    assertEquals(told(await old.since(0)), [[1, DAYS, found!.codeId]]);
    assertEquals([...(await present(old)).keys()], [HOURS, DAYS]);
  });

  test("who yields leaves what others registered, and makes known what nobody did", async (harness) => {
    const [old, young] = [await harness.worker("old"), await harness.worker("young")];
    await old.register([ASSETS[0], days("1")], 100);
    await young.register([ASSETS[0], days("2")], 200);
    const again = await harness.worker("old again");
    const [, { codeId }] = await again.register([ASSETS[0], days("1")], 300, { yielding: true }) as [
      unknown,
      { codeId: number },
    ];
    assertEquals((await again.since(0)).length, 1);
    assertEquals((await present(again)).get(DAYS) === codeId, false);
    await again.register([ASSETS[0], days("3")], 400, { yielding: true });
    assertEquals((await again.since(0)).length, 2);
  });

  test("a worker that is no more leaves its code registered", async (harness) => {
    const [old, young] = [await harness.worker("old"), await harness.worker("young")];
    await old.register([ASSETS[0], days("1")], 100);
    const [, found] = await young.register([ASSETS[0], days("2")], 200);
    await harness.kill("young");
    await old.recover(300);
    assertEquals((await present(old)).get(DAYS), found!.codeId);
  });

  test("of what was registered long ago the last is kept as an event: somebody may not have heard of it", async (harness) => {
    const a = await harness.worker("a");
    for (const [place, version] of ["1", "2", "3"].entries()) {
      await a.register([ASSETS[0], days(version)], 100 * place);
    }
    await a.commit({ claim: null, events: [materialized(1)] });
    await a.forgetOlder(1_000);
    assertEquals((await a.since(0)).map(({ seq, kind }) => [seq, kind]), [[2, "registered"], [
      3,
      "materialized",
    ]]);
    assertEquals((await present(a)).get(DAYS), (await a.assets()).at(-1)?.codeId);
  });
}
