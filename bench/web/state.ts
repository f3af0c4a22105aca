import { DatabaseSync } from "node:sqlite";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { type AssetKey, HOUR, type Materialized, MINUTE, type NewEvent, type State } from "../../core/mod.ts";
import { open } from "../trivial.ts";
import { ABOVE, fails, FIRST, HOURLY, HOURS, isPromised, lake, metadata, NOW } from "./graph.ts";

const AT_ONCE = 10_000;
/** The newest hours of each asset have files, checks and metadata; older ones are bare, so that the state is soon made. */
const WHOLE = 31 * 24;
/** So many runs were made one after the other, so many hours one made, and so many lines it wrote. */
const RUNS = 3_000, LARGE = 4_000, LINES = 5_000;
const EPISODES = 2_000, OPEN = 40;
const BACKFILLS = 20, BATCHES = 120;
const TICKS = 1_500, ACTS = 500;

/** The number of the run that made much and wrote a long log. */
export const LARGE_RUN = 1;

/** Makes a state with something to show on every page: a million partitions, some of each state, and thousands of runs. */
export async function build(path: string): Promise<void> {
  const state = await openSqliteState({ path });
  const { index } = await open(lake, state, () => NOW);
  const writer = new Writer(index.nodes.map(({ codeId }) => codeId));
  await materialized(state, writer);
  await changed(state, writer);
  await failed(state);
  await state.close();
  const working = await openSqliteState({ path });
  await runs(working);
  await told(working);
  await asked(working);
  await working.close();
  spread(path);
}

/** Lets the runs, all of which were made now, be of the weeks before. */
function spread(path: string): void {
  using db = new DatabaseSync(path);
  db.exec(`UPDATE runs SET started = started - ((SELECT max(id) FROM runs) - id) * ${15 * MINUTE}`);
}

/** Materializes hours, each time to other content, as if all that they read had been as it is. */
export class Writer {
  readonly #times = new Uint16Array(HOURLY * HOURS);

  constructor(readonly codeIds: readonly number[], times = 0) {
    this.#times.fill(times);
  }

  /** @param read The number of the last event. */
  event(asset: number, hour: number, read: number): Materialized {
    const times = this.#times[asset * HOURS + hour]!++;
    const { key } = lake.assets[asset]!;
    const partition = FIRST + hour;
    const path = `lake/${key}/${partition}.parquet`;
    const isWhole = hour >= HOURS - WHOLE;
    return {
      kind: "materialized",
      asset: key,
      at: NOW - (HOURS - hour) * HOUR + 20 * MINUTE,
      run: null,
      partition,
      dataVersion: (asset * HOURS + hour + 2 ** 32 * times).toString(16).padStart(32, "0"),
      codeId: this.codeIds[asset]!,
      read,
      member: this.#member(asset, hour),
      edges: asset < ABOVE ? new Uint8Array(0) : this.#member(asset - ABOVE, hour),
      payload: {
        files: isWhole ? [{ path, size: 40_000 + hour, hash: "ab".repeat(32) }] : [],
        rows: 100 + hour % 50,
        metadata: isWhole ? metadata(partition) : {},
      },
      checks: isWhole && asset >= ABOVE ? checksOf(partition) : [],
    };
  }

  #member(asset: number, hour: number): Uint8Array {
    const place = asset * HOURS + hour;
    return new Uint8Array(Float64Array.of(place + 1, this.#times[place]! + 0.5, 1 / (place + 1), 0.1).buffer);
  }
}

const checksOf = (partition: number) => [
  { check: "values_fit", severity: "blocking" as const, passed: true },
  {
    check: "few_nulls",
    severity: "warning" as const,
    passed: partition % 5 !== 0,
    ...(partition % 5 === 0 && { detail: "found 12 % nulls, wanted 5 %" }),
  },
];

/** All but the newest hours of those that promise freshness, and a hole in some. */
async function materialized(state: State, writer: Writer): Promise<void> {
  const places: (readonly [number, number])[] = [];
  for (let asset = 0; asset < HOURLY; asset++) {
    const newest = HOURS - (isPromised(asset) ? 12 : 0);
    for (let hour = 0; hour < newest; hour++) {
      if (asset % 9 !== 0 || hour % 1_000 > 20) places.push([asset, hour]);
    }
  }
  await commit(state, writer, places, AT_ONCE);
}

/** Hours of what others write change, here and there: what reads them is stale. */
async function changed(state: State, writer: Writer): Promise<void> {
  // A step that shares no divisor with their number meets all of them, far apart.
  const places = Array.from({ length: 4_000 }, (_, i) => i * 61_833 % (ABOVE * HOURS));
  await commit(state, writer, places.map((place) => [Math.floor(place / HOURS), place % HOURS]), 100);
}

async function commit(
  state: State,
  writer: Writer,
  places: readonly (readonly [number, number])[],
  atOnce: number,
): Promise<void> {
  let read = 0;
  for (let from = 0; from < places.length; from += atOnce) {
    const events = places.slice(from, from + atOnce).map(([asset, hour]) => writer.event(asset, hour, read));
    const committed = await state.commit({ claim: null, events });
    if (committed.status !== "committed") throw new Error(`found it ${committed.status}`);
    read = committed.seq;
  }
}

/** Failures that stand, and some that were wiped. */
async function failed(state: State): Promise<void> {
  const events: NewEvent[] = [];
  for (let place = 0; place < 600; place++) {
    const { key: asset } = lake.assets[ABOVE + place % ABOVE]!;
    const from = FIRST + HOURS - 1 - place * 7 % 3_000;
    const range = { asset, at: NOW - HOUR, run: null, from, to: from };
    events.push(
      place % 6 === 0 ? { ...range, kind: "wiped" } : {
        ...range,
        kind: "failed",
        reason: "error",
        message: `asking the source for hour ${from}: found no answer within 30 s, wanted one`,
      },
    );
  }
  await state.commit({ claim: null, events });
}

/** One run that makes all of the small assets and much of one of hours, and thousands of small ones. */
async function runs(state: State): Promise<void> {
  const orchestrator = await open(lake, state, () => NOW);
  const key = (hour: number) => new Date((FIRST + hour) * HOUR).toISOString().slice(0, 13);
  const other = lake.assets.filter(({ key }) => key.startsWith("other/")).map(({ key }) => key);
  const selection = { lookbackDays: 7, force: true, words: ["other/*", "clean/a018"] };
  await orchestrator.materialize({ ...selection, assets: new Set(other), all: true });
  await orchestrator.materialize({
    ...selection,
    assets: new Set(["clean/a018"]),
    from: key(HOURS - LARGE),
    to: key(HOURS - 1),
  });
  await state.log(
    LARGE_RUN,
    Array.from({ length: LINES }, (_, line) => ({
      step: 1 + line % 10,
      at: NOW + line,
      level: line % 50 === 0 ? "warn" as const : "info" as const,
      message: `sensor ${line}: 24 hours, 24 records`,
      fields: { sensor: line, records: 24 },
    })),
  );
  for (let place = 0; place < RUNS; place++) {
    const { key: asset } = lake.assets[ABOVE + place % (HOURLY - ABOVE)]!;
    const hour = key(HOURS - 13 - place % 2_000);
    const ranges = [{ asset, from: hour, to: hour }];
    const tags = place % 3 === 0 ? { by: "schedule", name: "nightly-0" } : { by: "automation" };
    await state.enqueue({ command: "materialize", ranges, force: true, selection: [asset], tags }, NOW);
  }
  for await (const _ of orchestrator.work());
  for (let place = 0; place < 60; place++) {
    const { key: asset } = lake.assets[HOURLY - 1 - place % 5]!;
    const hour = key(HOURS - 1 - place);
    await state.enqueue({ command: "materialize", ranges: [{ asset, from: hour, to: hour }] }, NOW - HOUR);
  }
}

/** Episodes of alerts, most of which have ended, with what came of the messages about them. */
async function told({ alerts }: State): Promise<void> {
  const rules = ["late", "failed", "checks", "sensor", "source"];
  for (let place = 0; place < EPISODES; place++) {
    const opened = NOW - (EPISODES - place) * 25 * MINUTE;
    const subject: AssetKey = lake.assets[place % lake.assets.length]!.key;
    const key = `episode-${String(place).padStart(5, "0")}`;
    const message = `${place % 90} partitions are later than 3 h after their end, the oldest 2025-04-07T03`;
    const severity = place % 2 === 0 ? "error" : "warning";
    const rule = rules[Math.floor(place / 7) % rules.length]!;
    const channels = ["mail", "webhook"];
    if (!await alerts.begin({ key, rule, subject, severity, message, opened }, channels)) continue;
    if (place < EPISODES - OPEN) await alerts.end(key, opened + 90 * MINUTE, "all of them are there");
    for (const channel of channels) {
      for (let message = await alerts.take(channel); message; message = await alerts.take(channel)) {
        await alerts.settle(message.id, opened + MINUTE, null);
      }
    }
  }
}

/** Backfills, ticks with evaluations, and acts over the web. */
async function asked(state: State): Promise<void> {
  const day = (place: number) => new Date(FIRST * HOUR + place * 24 * HOUR).toISOString().slice(0, 10);
  for (let place = 0; place < BACKFILLS; place++) {
    const { key: asset } = lake.assets[ABOVE + place]!;
    const batches = Array.from({ length: BATCHES }, (_, batch) => {
      const from = day(3 * batch);
      return [{ asset, from: `${from}T00`, to: `${from}T23` }];
    });
    const request = { selection: [asset], from: day(0), to: day(360), total: BATCHES * 24 };
    const about = { requests: 120, leastSeconds: 120, seq: 1 };
    const id = await state.backfills.begin({ ...request, ...about }, batches, NOW - place * HOUR);
    if (place > 1) await state.backfills.end(id, place % 4 === 0 ? "failed" : "succeeded", NOW);
    for (let batch = 1; place <= 1 && batch <= 40; batch++) {
      const ranges = batches[batch - 1]!;
      await state.backfills.enqueue(id, batch, { command: "materialize", ranges }, NOW - HOUR);
    }
  }
  for (let place = 0; place < TICKS; place++) {
    const at = NOW - (TICKS - place) * MINUTE;
    const { key: asset } = lake.assets[ABOVE + place % (HOURLY - ABOVE)]!;
    const runs = [1 + place];
    const name = place % 3 === 0 ? "nightly-0" : place % 3 === 1 ? "other/files_0" : "automation";
    const why = {
      condition: "eager",
      value: false,
      children: [{ condition: "missing", value: true, children: [] }],
    };
    const evaluation = { asset, at, requested: [], reasons: ["is in progress"], why };
    await state.noteTick({ name, at, outcome: "requested", detail: "one run", runs }, [evaluation]);
  }
  for (let place = 0; place < ACTS; place++) {
    const detail = { method: "POST", path: `/acts/cancel`, run: place };
    const act = { role: "operate" as const, address: "127.0.0.1", act: "cancel", outcome: "done" as const };
    await state.acts.note({ at: NOW - place * MINUTE, ...act, detail, message: "" });
  }
}

/** An hour of a kind, by its key: those of the newest month. */
export function hourOf(is: (hour: number) => boolean): string {
  for (let hour = HOURS - 30; hour > 0; hour--) {
    if (is(hour)) return new Date((FIRST + hour) * HOUR).toISOString().slice(0, 13);
  }
  throw new Error("found no such hour");
}

/** An hour that failed when it was last asked for. */
export const failedHour = () => hourOf((hour) => fails(FIRST + hour));
