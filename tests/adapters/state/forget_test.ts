import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { NewEvent, RunCommand, State } from "../../../core/mod.ts";
import { ASSETS, DAYS, HOURS, materialized, REQUEST } from "./build.ts";
import { Bench, commands, PARTITIONS, RUNS, WORKERS } from "./commands.ts";
import { memoryHarness, sqliteHarness } from "./harness.ts";

const partitions = Array.from({ length: PARTITIONS }, (_, ordinal) => ordinal);
const everywhere = [{ from: 0, to: PARTITIONS }];

/** All that staleness, plans, checks and claims go by. */
async function needed(state: State) {
  return {
    snapshot: await state.snapshot([HOURS, DAYS]),
    standing: [
      await state.materializations(HOURS, everywhere),
      await state.materializations(DAYS, everywhere),
    ],
    rechecked: await state.rechecked(HOURS, everywhere),
    claims: await state.claims(),
    holdings: (await state.holdings()).map(({ run, asset, ranges }) => ({ run, asset, ranges })),
  };
}

/** All that is remembered. */
async function remembered(state: State) {
  return {
    events: await state.since(0),
    paged: await state.since(2, 3),
    history: await Promise.all(partitions.map((partition) => state.history(HOURS, partition))),
    runs: await state.runs(99),
  };
}

const replacedIn = async (state: State, before: number) =>
  (await state.replaced(before)).toSorted((a, b) =>
    a.asset === b.asset ? a.partition - b.partition : a.asset < b.asset ? -1 : 1
  );

for (const [name, open] of [["memory", memoryHarness], ["sqlite", () => sqliteHarness()]] as const) {
  Deno.test(`${name}: what stays of a partition's history follows each other`, async () => {
    await using harness = await open();
    const state = await harness.worker("a");
    await state.register(ASSETS, 0);
    const versions = ["v1", "v2", "v3", "v4"];
    for (const [i, dataVersion] of versions.entries()) {
      await state.commit({ claim: null, events: [materialized(1, { dataVersion, at: i })] });
    }
    assertEquals(await state.replaced(3), [{ asset: HOURS, partition: 1, materializations: [1, 2, 3] }]);
    assertEquals(await state.replaced(1), [{ asset: HOURS, partition: 1, materializations: [1] }]);
    const history = async () => (await state.history(HOURS, 1)).map(({ dataVersion }) => dataVersion);
    await state.forget([2, 4]);
    assertEquals(await history(), ["v4", "v3", "v1"], "what stands is not forgotten");
    await state.forget([3]);
    await state.commit({ claim: null, events: [materialized(1, { dataVersion: "v5", at: 9 })] });
    assertEquals(await history(), ["v5", "v4", "v1"]);
    await state.forget([1, 4]);
    assertEquals(await history(), ["v5"]);
    assertEquals((await state.since(0, 1)).map(({ seq }) => seq), [5], "a page is as long as it may be");
  });

  Deno.test(`${name}: of checks the newest of what stands is remembered, of wipes and expiries those that last`, async () => {
    await using harness = await open();
    const state = await harness.worker("a");
    await state.register(ASSETS, 0);
    const check = (passed: boolean, of: number): NewEvent => ({
      ...{ kind: "checked", asset: HOURS, at: 0, run: null, partition: 1, of },
      checks: [{ check: "a", severity: "warning", passed }],
    });
    const over = { asset: HOURS, at: 0, run: null };
    await state.commit({
      claim: null,
      events: [
        materialized(1),
        check(true, 1),
        materialized(1),
        check(true, 3),
        check(false, 3),
        materialized(2),
        { kind: "wiped", ...over, from: 2, to: 2 },
        { kind: "wiped", ...over, from: 5, to: 6 },
        materialized(3),
        { kind: "expired", ...over, from: 3, to: 4 },
        materialized(4),
        { kind: "expired", ...over, from: 4, to: 4 },
        materialized(4),
        { kind: "failed", ...over, from: 7, to: 7, reason: "error", message: "m" },
        materialized(9),
      ],
    });
    const kept = await needed(state);
    assertEquals(await state.forgetOlder(1), { events: 4, runs: 0 });
    assertEquals(await needed(state), kept);
    const left = (await state.since(0)).filter(({ kind }) => kind !== "materialized").map(({ seq }) => seq);
    assertEquals(left, [5, 7, 10, 14]);
  });

  Deno.test(`${name}: runs that ended are forgotten, but for the newest, what holds something and rollbacks that stand`, async () => {
    await using harness = await open();
    const state = await harness.worker("a");
    await state.register(ASSETS, 0);
    const begin = (command: RunCommand) => state.beginRun({ command, ranges: [] }, 0);
    const [stands, gone, old] = [
      await begin("rollback"),
      await begin("rollback"),
      await begin("materialize"),
    ];
    const [held, young, running, newest] = [
      ...[await begin("materialize"), await begin("materialize")],
      ...[await begin("materialize"), await begin("check")],
    ];
    await state.commit({
      claim: null,
      events: [materialized(1, { run: gone }), materialized(1, { run: stands })],
    });
    await state.log(old!, [{ step: 1, at: 0, level: "info", message: "m", fields: {} }]);
    await state.claim(held!, HOURS, [{ from: 3, to: 3 }]);
    for (const run of [stands, gone, old, held, newest]) await state.endRun(run!, "succeeded", null, 5);
    await state.endRun(young!, "succeeded", null, 100);
    assertEquals(await state.forgetOlder(50), { events: 0, runs: 2 });
    const left = (await state.runs(99)).map(({ id }) => id);
    assertEquals(left, [newest, running, young, held, stands]);
    assertEquals([await state.run(old!), await state.logs(old!)], [undefined, []]);
    assertEquals(await begin("check"), newest! + 1, "numbers are never given again");
  });
}

Deno.test("what both states forget changes nothing that is needed, and nothing that happens afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(
      commands,
      fc.nat(1_100),
      fc.array(fc.nat(30), { maxLength: 6 }),
      commands,
      async (first, before, staying, then) => {
        await using memory = await memoryHarness();
        await using sqlite = await sqliteHarness();
        const benches = [new Bench(memory), new Bench(sqlite)] as const;
        for (const bench of benches) {
          await bench.start();
          await bench.state(0).register(ASSETS, 0);
          for (let run = 0; run < RUNS; run++) await bench.state(run % WORKERS).beginRun(REQUEST, 0);
        }
        const states = () => [benches[0].state(0), benches[1].state(1)] as const;
        const alike = async (commands: typeof first) => {
          for (const command of commands) {
            const [expected, actual] = [await command.run(benches[0]), await command.run(benches[1])];
            assertEquals(actual, expected, `${command}`);
          }
        };
        await alike(first);
        const [model, state] = states();
        const kept = await needed(state);
        const events = await state.since(0);
        const replaced = await replacedIn(state, before);
        assertEquals(replaced, await replacedIn(model, before));
        const numbers = replaced.flatMap(({ materializations }) => materializations);
        const going = numbers.filter((seq) => !staying.includes(seq));
        for (const each of [model, state]) await each.forget([...going, 1_000_000]);
        const counted = await state.forgetOlder(before, "only");
        assertEquals(counted, await model.forgetOlder(before, "only"));
        assertEquals(await state.forgetOlder(before), counted);
        assertEquals(await model.forgetOlder(before), counted);
        assertEquals(await state.forgetOlder(before), { events: 0, runs: 0 });

        assertEquals(await needed(state), kept);
        const left = await remembered(state);
        assertEquals(left, await remembered(model));
        assertEquals(left.events.length, events.length - going.length - counted.events);
        assertEquals(left.events.at(-1), events.at(-1), "numbers are never given again");
        assertEquals(left.events.filter(({ at }) => at >= before), events.filter(({ at }) => at >= before));
        for (const [partition, chain] of left.history.entries()) {
          assertEquals(chain.filter(({ seq }) => going.includes(seq)), [], `${partition}`);
        }

        // Nobody ends or cancels a run again that had ended.
        await alike(then.filter((command) => !/^(end|cancel|got on) /.test(`${command}`)));
        assertEquals(await needed(states()[1]), await needed(states()[0]));
        assertEquals(await remembered(states()[1]), await remembered(states()[0]));
      },
    ),
    { numRuns: 100 },
  );
});
