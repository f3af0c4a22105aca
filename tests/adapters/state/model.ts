import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AssetEvent,
  DAMAGED,
  damageOf,
  EXPIRED,
  type Failure,
  type Seq,
  STANDS,
  type State,
  WIPED,
} from "../../../core/mod.ts";
import { ASSETS, DAYS, HOURS, REQUEST, rows } from "./build.ts";
import { Bench, commands, PARTITIONS, RUNS, WORKERS } from "./commands.ts";
import { type Harness, memoryHarness } from "./harness.ts";

const everywhere = [{ from: 0, to: PARTITIONS }];

/** All that can be seen of a state. */
async function observe(state: State) {
  const partitions = Array.from({ length: PARTITIONS }, (_, ordinal) => ordinal);
  return {
    snapshot: await state.snapshot([HOURS, DAYS]),
    events: await state.since(0),
    standing: [
      await state.materializations(HOURS, everywhere),
      await state.materializations(DAYS, everywhere),
    ],
    history: await Promise.all(partitions.map((partition) => state.history(HOURS, partition))),
    runs: await state.runs(99),
    ofRuns: await Promise.all(
      (await state.runs(99)).map(({ id }) => state.events(id, { after: 2, limit: 3 })),
    ),
    claims: await state.claims(),
  };
}

/** The rows of an asset, from its events alone. */
function project(events: readonly AssetEvent[], asset: string) {
  const found = new Map<number, { seq: Seq; changed: Seq; status: number; version: string }>();
  for (const event of events) {
    if (event.asset !== asset) continue;
    const { seq } = event;
    if (event.kind === "materialized") {
      const before = found.get(event.partition);
      const same = before !== undefined && before.status !== WIPED && before.version === event.dataVersion;
      const changed = same ? before.changed : seq;
      found.set(event.partition, { seq, changed, status: STANDS, version: event.dataVersion });
    }
    if (event.kind === "checked") {
      const row = found.get(event.partition);
      const damaged = damageOf(event.checks);
      if (row?.seq !== event.of || damaged === undefined || ![STANDS, DAMAGED].includes(row.status)) continue;
      found.set(event.partition, { ...row, status: damaged ? DAMAGED : STANDS });
    }
    if (event.kind !== "wiped" && event.kind !== "expired") continue;
    for (const [partition, row] of found) {
      if (partition < event.from || partition > event.to || row.status === WIPED) continue;
      if (event.kind === "wiped") found.set(partition, { ...row, seq, changed: seq, status: WIPED });
      else found.set(partition, { ...row, status: EXPIRED });
    }
  }
  return found;
}

/** For every partition the last failure that still speaks of it. */
function speaking(failures: readonly Pick<Failure, "seq" | "from" | "to">[], own: Map<number, { seq: Seq }>) {
  return Array.from({ length: PARTITIONS }, (_, partition) =>
    failures
      .filter(({ seq, from, to }) =>
        from <= partition && partition <= to && seq > (own.get(partition)?.seq ?? 0)
      )
      .map(({ seq }) => seq).sort((a, b) => a - b).at(-1));
}

/** The memory and another state answer alike, whatever they are asked, and as their events say. */
export async function assertAlike(open: () => Promise<Harness>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(commands, async (asked) => {
      await using memory = await memoryHarness();
      await using other = await open();
      const benches = [new Bench(memory), new Bench(other)] as const;
      for (const bench of benches) {
        await bench.start();
        await bench.state(0).register(ASSETS, 0);
        for (let run = 0; run < RUNS; run++) await bench.state(run % WORKERS).beginRun(REQUEST, 0);
      }
      for (const command of asked) {
        const [expected, actual] = [await command.run(benches[0]), await command.run(benches[1])];
        assertEquals(actual, expected, `${command}`);
      }
      const [expected, actual] = [await observe(benches[0].state(0)), await observe(benches[1].state(1))];
      assertEquals(actual, expected);

      for (const asset of [HOURS, DAYS]) {
        const projected = project(actual.events, asset);
        const wanted = [...projected].sort(([a], [b]) => a - b)
          .map(([partition, { seq, changed, status }]) => ({ partition, seq, changed, status }));
        assertEquals(rows(actual.snapshot, asset), wanted);
        const failed = actual.events.filter((event) => event.kind === "failed" && event.asset === asset);
        const kept = actual.snapshot.failures.filter((failure) => failure.asset === asset);
        assertEquals(speaking(kept, projected), speaking(failed as typeof kept, projected));
      }
    }),
    { numRuns },
  );
}
