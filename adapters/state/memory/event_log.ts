import {
  type AssetEvent,
  type AssetKey,
  type CheckResult,
  type EventFilter,
  type MaterializationRecord,
  type Materialized,
  type NewEvent,
  normalize,
  type NumberedEvent,
  type OrdinalRange,
  type Payload,
  type PublishedFile,
  type RunId,
  type Seq,
  type SeriesBucket,
  type SeriesField,
} from "../../../core/mod.ts";
import { giveEvent, keepEvent } from "./copies.ts";
import { Projection } from "./projection.ts";
import type { Registry } from "./registry.ts";
import type { MemoryStore } from "./store.ts";

/** The numbered events, and what stands by them. */
export class EventLog {
  readonly #store: MemoryStore;
  readonly #registry: Registry;

  constructor(store: MemoryStore, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  get head(): Seq {
    return this.#store.events.length;
  }

  append(events: readonly NewEvent[]): void {
    const touched = new Set<Projection>();
    for (const event of events) {
      const numbered = keepEvent({ ...event, seq: this.#store.events.length + 1 });
      const { projection } = this.#registry.get(event.asset);
      this.#store.events.push(numbered);
      projection.apply(numbered);
      touched.add(projection);
    }
    for (const projection of touched) projection.trimMarks();
    if (events.length > 0) this.#store.listeners.tell();
  }

  since(seq: Seq, limit: number): AssetEvent[] {
    return this.#store.remembered().filter((event) => event.seq > seq).slice(0, limit).map(giveEvent);
  }

  ofRun(run: RunId, after: Seq, limit: number): NumberedEvent[] {
    return this.#store.remembered().filter((event) => event.kind !== "registered")
      .filter((event) => event.seq > after && event.run === run).slice(0, limit).map(giveEvent);
  }

  madeBy(run: RunId, until: Seq): number {
    return this.#store.remembered().filter((event) =>
      event.kind === "materialized" && event.run === run && event.seq <= until
    ).length;
  }

  of(
    asset: AssetKey,
    limit: number,
    { partition, kinds, before = Infinity, after }: EventFilter,
  ): AssetEvent[] {
    const events = this.#store.remembered();
    return (after === undefined ? events.toReversed() : events).filter((event) =>
      event.asset === asset && event.seq < before && event.seq > (after ?? 0) &&
      (partition === undefined || speaksOf(event, partition)) &&
      (kinds === undefined || kinds.includes(event.kind))
    ).slice(0, limit).map(giveEvent);
  }

  series(asset: AssetKey, field: SeriesField, { from, to }: OrdinalRange, buckets: number): SeriesBucket[] {
    const size = Math.ceil((to - from + 1) / buckets);
    const numbers = this.materializations(asset, [{ from, to }]).flatMap(({ partition, event }) => {
      const value = numberOf(event.payload, field);
      return value === undefined ? [] : [{ bucket: Math.floor((partition - from) / size), value }];
    });
    return [...Map.groupBy(numbers, ({ bucket }) => bucket)].map(([bucket, found]) => {
      const values = found.map(({ value }) => value);
      const first = from + bucket * size;
      return {
        from: first,
        to: Math.min(first + size - 1, to),
        count: values.length,
        least: Math.min(...values),
        most: Math.max(...values),
        sum: values.reduce((sum, value) => sum + value, 0),
      };
    });
  }

  materializations(asset: AssetKey, ranges: readonly OrdinalRange[]): MaterializationRecord[] {
    const projection = this.#store.assets.get(asset)?.projection ?? new Projection();
    return normalize(ranges).flatMap((range) => projection.materializations(range)).map(
      ({ event, expired }) => {
        const { seq, ...materialized } = giveEvent(event);
        return { partition: event.partition, seq, expired, event: materialized };
      },
    );
  }

  filesBelow(folder: string): PublishedFile[] {
    const files = this.#files().filter(({ path }) => path === folder || path.startsWith(`${folder}/`));
    const byPath = new Map(files.map((file) => [file.path, file]));
    return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  filesAt(paths: readonly string[]): PublishedFile[] {
    const wanted = new Set(paths);
    return this.#files().filter(({ path }) => wanted.has(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  history(asset: AssetKey, partition: number): (Materialized & { seq: Seq })[] {
    const found: (Materialized & { seq: Seq })[] = [];
    for (const event of this.#store.events.toReversed()) {
      if (event.asset !== asset) continue;
      if (event.kind === "wiped" && event.from <= partition && event.to >= partition) break;
      if (event.kind !== "materialized" || event.partition !== partition) continue;
      if (!this.#store.forgotten.events.has(event.seq)) found.push(giveEvent(event));
    }
    return found;
  }

  rechecked(asset: AssetKey, ranges: readonly OrdinalRange[]): Map<number, readonly CheckResult[]> {
    const latest = new Map(
      this.materializations(asset, ranges).map(({ partition, seq }) => [partition, seq]),
    );
    const found = new Map<number, readonly CheckResult[]>();
    for (const event of this.#store.events) {
      if (event.kind !== "checked" || event.asset !== asset) continue;
      if (event.of === latest.get(event.partition)) found.set(event.partition, event.checks);
    }
    return found;
  }

  /** The files of what stands, in the order in which it was materialized. */
  #files(): PublishedFile[] {
    const latest = [...this.#store.assets.values()]
      .flatMap(({ projection }) => projection.materializations({ from: -Infinity, to: Infinity }))
      .filter(({ expired }) => !expired)
      .sort((a, b) => a.event.seq - b.event.seq);
    return latest.flatMap(({ event }) => {
      const { asset, partition, payload } = giveEvent(event);
      return payload.files.map((file) => ({ ...file, asset, partition }));
    });
  }
}

function speaksOf(event: AssetEvent, partition: number): boolean {
  if ("partition" in event) return event.partition === partition;
  return "from" in event && event.from <= partition && partition <= event.to;
}

function numberOf({ files, rows, metadata }: Payload, field: SeriesField): number | undefined {
  if (field === "rows") return rows ?? undefined;
  if (field === "bytes") {
    return files.length === 0 ? undefined : files.reduce((sum, { size }) => sum + size, 0);
  }
  const value = metadata[field.metadata]?.value;
  return typeof value === "number" ? value : undefined;
}
