import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { State } from "../../../core/mod.ts";
import { ASSETS, DAYS, HOURS, REQUEST } from "./build.ts";
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
    rechecked: await Promise.all(partitions.map((partition) => state.rechecked(HOURS, partition))),
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
          await bench.state(0).register(ASSETS);
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

        // Nobody ends a run again that had ended.
        await alike(then.filter((command) => !`${command}`.startsWith("end ")));
        assertEquals(await needed(states()[1]), await needed(states()[0]));
        assertEquals(await remembered(states()[1]), await remembered(states()[0]));
      },
    ),
    { numRuns: 100 },
  );
});
