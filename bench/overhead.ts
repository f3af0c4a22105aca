import { DatabaseSync } from "node:sqlite";
import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { DAY, HOUR, type Intent } from "../core/mod.ts";
import { child } from "./child.ts";
import { type Figure, median, timed } from "./figure.ts";
import { chain, days, everything, open, roll } from "./trivial.ts";

/** A chain of 100 assets that do nothing, materialized in one run. */
export async function chained(folder: string): Promise<Figure[]> {
  const length = 100;
  const graph = chain(length);
  const took: number[] = [];
  let path = "";
  for (let round = 0; round < 31; round++) {
    path = `${folder}/chain_${round}.sqlite`;
    const state = await openSqliteState({ path });
    const orchestrator = await open(graph, state);
    took.push(await timed(() => orchestrator.materialize(everything(graph))) / length);
    await state.close();
  }
  return [{ name: "chain_ms_per_asset", value: median(took), unit: "ms", limit: 0.2, state: path }];
}

/** 200 runs of one daily partition each, after 200 others. */
export async function partitions(folder: string): Promise<Figure[]> {
  const path = `${folder}/partitions.sqlite`;
  const state = await openSqliteState({ path });
  const graph = days();
  const orchestrator = await open(graph, state);
  const run = async (from: number, to: number) => {
    for (let day = from; day < to; day++) {
      const key = new Date(Date.UTC(2020, 0, 1) + day * DAY).toISOString().slice(0, 10);
      await orchestrator.materialize(everything(graph, { partitions: [key] }));
    }
  };
  await run(0, 200);
  const before = checkpointed(path);
  const took = await timed(() => run(200, 400));
  const grown = checkpointed(path) - before;
  await state.close();
  return [
    { name: "partition_ms", value: took / 200, unit: "ms", limit: 1, state: path },
    { name: "partition_bytes", value: grown / 200, unit: "B", limit: 512, state: path },
  ];
}

/** The size of a state with its write-ahead log folded in. */
function checkpointed(path: string): number {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
  return Deno.statSync(path).size;
}

/** 43,800 hours, 1,825 days and 60 months: what is stale, at first and after one change in an old hour. */
export async function ticks(folder: string): Promise<Figure[]> {
  const path = `${folder}/ticks.sqlite`;
  const now = () => Date.UTC(2025, 0, 1);
  const graph = roll();
  const writing = await openSqliteState({ path });
  const writer = await open(graph, writing, now);
  const first = Date.UTC(2020, 0, 1) / HOUR;
  const hours = Array.from(
    { length: now() / HOUR - first },
    (_, i) => ({ partition: keyOf(first + i), dataVersion: `${i}` }),
  );
  await writer.report("roll/hours", hours);
  await writer.materialize(everything(graph, { from: "2020-01-01", to: "2024-12-31" }));

  const loads: number[] = [];
  for (let round = 0; round < 7; round++) {
    const state = await openSqliteState({ path });
    loads.push(await timed(() => open(graph, state, now)));
    await state.close();
  }

  const state = await openSqliteState({ path });
  const reader = await open(graph, state, now);
  const [, day, month] = reader.index.nodes;
  const changes: number[] = [];
  for (let change = 0; change < 200; change++) {
    const hour = first + 24 * change;
    const date = new Date(hour * HOUR).toISOString();
    await writer.report("roll/hours", [{ partition: keyOf(hour), dataVersion: "late" }]);
    changes.push(await timed(() => reader.refresh()));
    const known = reader.index.judge(day!, day!.set.ordinal(date.slice(0, 10))!) === "stale" &&
      reader.index.judge(month!, month!.set.ordinal(date.slice(0, 7))!) === "stale";
    if (!known) throw new Error(`changing ${date}: its day and month are not stale`);
  }
  await state.close();
  await writing.close();
  return [
    { name: "tick_load_ms", value: median(loads), unit: "ms", limit: 80, state: path },
    { name: "tick_change_ms", value: median(changes), unit: "ms", limit: 0.1, state: path },
    await status(path),
  ];
}

/** An hour's key. */
const keyOf = (hour: number) => new Date(hour * HOUR).toISOString().slice(0, 13);

/** The command line's status of that state, from the shell. */
async function status(state: string): Promise<Figure> {
  const value = await child<number>("status_child.ts", [], { STATE_URL: state, GRAPH: "bench/roll.ts" });
  return { name: "status_ms", value, unit: "ms", limit: 150, state };
}

/** Publishing 62 files a batch costs the state so much: their intents, then the materializations that end them. */
export async function intents(folder: string): Promise<Figure[]> {
  const path = `${folder}/intents.sqlite`;
  const state = await openSqliteState({ path });
  const [days] = await state.register([{
    key: "bench/days",
    partitions: { type: "daily", timeZone: "UTC", start: "2020-01-01", open: false },
    record: { version: "1", edges: [] },
  }], 0);
  const run = await state.beginRun({ command: "materialize", ranges: [] }, 0);
  const batch = 62;
  const hash = "0".repeat(64);
  const took: number[] = [];
  for (let round = 0; round < 60; round++) {
    const range = { from: 18_262 + round * batch, to: 18_262 + (round + 1) * batch - 1 };
    const { granted } = await state.claim(run, "bench/days", [range]);
    const { token: claim } = granted!;
    const intents = Array.from({ length: batch }, (_, i): Intent => {
      const path = `aq_prod/marts/day=${range.from + i}/part-00000.snappy.parquet`;
      const file = { path, size: 9_999, hash };
      return {
        event: {
          kind: "materialized",
          asset: "bench/days",
          at: 0,
          run,
          partition: range.from + i,
          dataVersion: `${round}`,
          codeId: days!.codeId,
          read: 0,
          member: new Uint8Array(32),
          edges: new Uint8Array(0),
          payload: { files: [file], rows: 1, metadata: {} },
          checks: [],
        },
        replacements: [{ final: path, temporary: `_staging/1/${i}`, standing: { dataVersion: "0", hash } }],
        measured: [file],
      };
    });
    took.push(
      await timed(async () => {
        await state.commit({ claim, events: [], intents });
        await state.commit({ claim, events: intents.map(({ event }) => event), release: true });
      }),
    );
  }
  await state.close();
  return [{ name: "intents_ms_per_batch", value: median(took), unit: "ms", limit: 25, state: path }];
}
