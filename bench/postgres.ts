import { openPostgresState } from "../adapters/state/postgres/open.ts";
import type { Materialized, Orchestrator, State } from "../core/mod.ts";
import { type Figure, keeps, report, timed } from "./figure.ts";
import { ASSETS, million, NOW, PARTITIONS, Writer } from "./million_graph.ts";
import { open } from "./trivial.ts";

/** Workers at once, the runs of each that are measured, and those before. */
const WORKERS = 8, RUNS = 100, BEFORE = 20;
/** So many partitions are committed together. */
const TOGETHER = 5_000;
const OPENINGS = 3;

const hours = { type: "hourly", timeZone: "UTC", start: "2016-01-01", open: false } as const;

/** Measures a state on the server that `bench:postgres` started, which syncs each commit. */
async function measure(url: string): Promise<Figure[]> {
  const runs = await runsASecond(url);
  const writing = await openPostgresState({ url });
  const { index } = await open(million, writing, () => NOW);
  const writer = new Writer(index.nodes.map(({ codeId }) => codeId));
  const written = await timed(async () => {
    for (let asset = 0; asset < ASSETS; asset++) {
      for (let hour = 0; hour < PARTITIONS; hour += TOGETHER) {
        const events = Array.from({ length: TOGETHER }, (_, i) => writer.event(asset, hour + i, 0));
        await writing.commit({ claim: null, events });
      }
    }
  });
  await writing.close();
  const openings: number[] = [];
  for (let i = 0; i < OPENINGS; i++) openings.push(await timed(() => opened(url)));
  return [
    { name: "postgres_runs_per_s", value: runs, unit: "1/s", limit: 200, atLeast: true },
    { name: "postgres_partition_ms", value: written / (ASSETS * PARTITIONS), unit: "ms", limit: 0.5 },
    { name: "postgres_million_load_ms", value: Math.min(...openings), unit: "ms", limit: 3_000 },
  ];
}

/** Runs of one partition, from beginning to end, by workers beside each other. */
async function runsASecond(url: string): Promise<number> {
  const states = await Promise.all(Array.from({ length: WORKERS }, () => openPostgresState({ url })));
  const assets = states.map((_, place) => ({
    key: `runs/a${place}`,
    partitions: hours,
    record: { version: "1", edges: [] },
  }));
  const registered = await states[0]!.register(assets, NOW);
  const work = (from: number, to: number) =>
    Promise.all(states.map(async (state, place) => {
      const { key, codeId } = registered[place]!;
      for (let hour = from; hour < to; hour++) await run(state, key, codeId, hour);
    }));
  await work(0, BEFORE);
  const took = await timed(() => work(BEFORE, BEFORE + RUNS));
  await Promise.all(states.map((state) => state.close()));
  return WORKERS * RUNS / took * 1_000;
}

async function run(state: State, asset: string, codeId: number, partition: number): Promise<void> {
  const ranges = [{ from: partition, to: partition }];
  const id = await state.beginRun({ command: "materialize", ranges: [{ asset, from: null, to: null }] }, NOW);
  const { granted } = await state.claim(id, asset, ranges, { step: 1, at: NOW });
  const event: Materialized = {
    kind: "materialized",
    asset,
    at: NOW,
    run: id,
    partition,
    dataVersion: partition.toString(16).padStart(32, "0"),
    codeId,
    read: 0,
    member: new Uint8Array(32),
    edges: new Uint8Array(0),
    payload: { files: [], rows: 1, metadata: {} },
    checks: [],
  };
  const step = {
    run: id,
    step: 1,
    asset,
    ...ranges[0]!,
    started: NOW,
    ended: NOW,
    materialized: 1,
    failed: 0,
  };
  await state.commit({
    claim: granted!.token,
    events: [event],
    step: { ...step, outcome: "succeeded" },
    release: true,
  });
  await state.endRun(id, "succeeded", null, NOW);
}

async function opened(url: string): Promise<Orchestrator> {
  const state = await openPostgresState({ url, access: "read" });
  const orchestrator = await open(million, state!, () => NOW);
  await state!.close();
  return orchestrator;
}

const figures = await measure(Deno.env.get("TEST_POSTGRES_URL")!);
for (const figure of figures) report(figure);
if (!figures.every(keeps)) {
  console.error("bench: a figure is beyond its limit");
  Deno.exit(1);
}
