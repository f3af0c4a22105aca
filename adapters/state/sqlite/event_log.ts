import {
  type AssetEvent,
  type AssetKey,
  type Checked,
  type CheckResult,
  DAMAGED,
  damageOf,
  type EventFilter,
  EXPIRED,
  type Instant,
  type MaterializationRecord,
  type Materialized,
  type NewEvent,
  normalize,
  type NumberedEvent,
  type OrdinalRange,
  type PublishedFile,
  type RunId,
  type Seq,
  type SeriesBucket,
  type SeriesField,
  STANDS,
  WIPED,
} from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import * as rows from "../event_rows.ts";
import type { EventRow } from "../event_rows.ts";
import { Marks } from "./marks.ts";
import type { Places } from "./places.ts";
import type { Registry } from "./registry.ts";

type FileRow = Omit<PublishedFile, "asset"> & { readonly asset: number };

const FROM_EVENTS = "FROM events e LEFT JOIN details d ON d.seq = e.seq";

const ofAsset = (order: "ASC" | "DESC") => `
  SELECT ${rows.EVENT_COLUMNS} ${FROM_EVENTS}
  WHERE e.asset = ?1 AND e.seq < ?2
    AND (?3 IS NULL OR first <= ?3 AND coalesce(last, first) >= ?3)
    AND (?4 IS NULL OR kind IN (SELECT value FROM json_each(?4))) AND e.seq > ?6
  ORDER BY e.seq ${order} LIMIT ?5`;

const INSERT_MATERIALIZED = `
  INSERT INTO events (seq, kind, asset, run, at, first, code, read, version, member, edges, previous)
  VALUES (?1, ${rows.MATERIALIZED}, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
    (SELECT seq FROM partitions WHERE asset = ?2 AND partition = ?5 AND status <> ${WIPED}))`;

/** A wipe has no version, so that what comes after it differs. */
const STAND = `
  INSERT INTO partitions (asset, partition, seq, changed, status, passed, failed)
  VALUES (?1, ?2, ?3, ?3, ${STANDS}, ?4, ?5)
  ON CONFLICT DO UPDATE SET
    changed = iif(
      (SELECT version FROM events WHERE seq = partitions.seq) = (SELECT version FROM events WHERE seq = excluded.seq),
      changed,
      excluded.seq
    ),
    seq = excluded.seq, status = ${STANDS}, passed = excluded.passed, failed = excluded.failed`;

const NEWEST = "SELECT coalesce(max(seq), 0) AS seq FROM events WHERE asset = ?";
/** So many series are kept. */
const SERIES = 64;

const HISTORY = `
  WITH RECURSIVE chain (seq) AS (
    SELECT seq FROM partitions WHERE asset = ? AND partition = ? AND status <> ${WIPED}
    UNION ALL
    SELECT previous FROM chain JOIN events e ON e.seq = chain.seq WHERE previous IS NOT NULL
  )
  SELECT ${rows.EVENT_COLUMNS}
  FROM chain CROSS JOIN events e ON e.seq = chain.seq LEFT JOIN details d ON d.seq = e.seq
  ORDER BY e.seq DESC`;

const STANDING = `
  SELECT p.status, ${rows.EVENT_COLUMNS}
  FROM partitions p CROSS JOIN events e ON e.seq = p.seq LEFT JOIN details d ON d.seq = e.seq
  WHERE p.asset = ? AND p.partition BETWEEN ? AND ? AND p.status <> ${WIPED}
  ORDER BY p.partition`;

const RECHECKED = `
  SELECT e.first, d.body
  FROM events e INDEXED BY checked CROSS JOIN partitions p ON p.asset = e.asset AND p.partition = e.first
    JOIN details d ON d.seq = e.seq
  WHERE e.kind = ${rows.CHECKED} AND e.asset = ? AND e.first BETWEEN ? AND ? AND p.status <> ${WIPED}
    AND e.seq > p.seq AND coalesce(d.body ->> '$.of', p.seq) = p.seq
  ORDER BY e.first, e.seq`;

/** Most bodies do not speak of the folder at all: their text is searched before it is parsed. */
const FILES = `
  SELECT f.value ->> 'path' AS path, f.value ->> 'size' AS size, f.value ->> 'hash' AS hash,
    p.asset, p.partition, max(p.seq)
  FROM partitions p CROSS JOIN details d ON d.seq = p.seq CROSS JOIN json_each(d.body, '$.files') f
  WHERE p.status IN (${STANDS}, ${DAMAGED}) AND instr(d.body, ?1) > 0 AND substr(f.value ->> 'path', 1, length(?2)) = ?2
  GROUP BY 1`;

const FILES_AT = `
  SELECT l.path, f.value ->> 'size' AS size, f.value ->> 'hash' AS hash, p.asset, p.partition
  FROM json_each(?) w
    CROSS JOIN places l ON l.path = w.value
    CROSS JOIN partitions p ON p.asset = l.asset AND p.partition = l.partition
    CROSS JOIN details d ON d.seq = p.seq
    CROSS JOIN json_each(d.body, '$.files') f
  WHERE p.status IN (${STANDS}, ${DAMAGED}) AND f.value ->> 'path' = l.path
  ORDER BY l.path, p.seq`;

/** As an expression, and what it names. */
function valueOf(field: SeriesField): [expression: string, ...named: string[]] {
  switch (field) {
    case "rows":
      return ["d.body ->> '$.rows'"];
    case "bytes":
      return ["(SELECT sum(f.value ->> 'size') FROM json_each(d.body, '$.files') f)"];
    default:
      return [
        "(SELECT m.value ->> '$.value' FROM json_each(d.body, '$.metadata') m WHERE m.key = ?5)",
        field.metadata,
      ];
  }
}

/** The numbered events, and what stands by them. */
export class EventLog {
  readonly #db: Database;
  readonly #registry: Registry;
  readonly #marks: Marks;
  readonly #places: Places;
  /** Series that were asked for, each with the newest event of its asset; those asked for last come last. */
  readonly #series = new Map<string, { readonly seq: Seq; readonly series: SeriesBucket[] }>();

  constructor(db: Database, registry: Registry, places: Places) {
    this.#db = db;
    this.#registry = registry;
    this.#marks = new Marks(db);
    this.#places = places;
  }

  /** The number of the last event. */
  head(): Seq {
    return this.#db.get<{ seq: Seq | null }>("SELECT max(seq) AS seq FROM events")!.seq ?? 0;
  }

  /**
   * Numbers and stores the events and brings the projections up to date; call it in a transaction.
   *
   * @param head The number of the last event.
   * @param marked Whether there may be failures or due marks of what the events speak of.
   */
  append(events: readonly NewEvent[], head: Seq, marked: boolean): Seq {
    let seq = head;
    let trimming = marked;
    const numbered = new Map<number, OrdinalRange[]>();
    for (const event of events) {
      const asset = this.#registry.id(event.asset);
      const range = this.#append(++seq, asset, event);
      if (event.kind === "failed" || event.kind === "due") trimming = true;
      if (event.kind !== "materialized" && event.kind !== "wiped") continue;
      const ranges = numbered.get(asset);
      if (ranges === undefined) numbered.set(asset, [range]);
      else ranges.push(range);
    }
    if (!trimming) return seq;
    for (const [asset, ranges] of numbered) this.#marks.trim(asset, normalize(ranges));
    return seq;
  }

  since(seq: Seq, limit: number): AssetEvent[] {
    return this.#decode(
      this.#db.all<EventRow>(
        `SELECT ${rows.EVENT_COLUMNS} ${FROM_EVENTS} WHERE e.seq > ? ORDER BY e.seq LIMIT ?`,
        seq,
        limit,
      ),
    );
  }

  ofRun(run: RunId, after: Seq, limit: number): NumberedEvent[] {
    return this.#db.all<EventRow>(
      `SELECT ${rows.EVENT_COLUMNS} ${FROM_EVENTS}
      WHERE run = ?1 AND e.seq > max(?2, (SELECT after FROM runs WHERE id = ?1))
        AND e.seq <= (SELECT coalesce(last, 9e15) FROM runs WHERE id = ?1)
      ORDER BY e.seq LIMIT ?3`,
      run,
      after,
      limit,
    ).map((row) => rows.decodeEvent(row, this.#registry.key(row.asset)));
  }

  madeBy(run: RunId, until: Seq): number {
    return this.#db.get<{ made: number }>(
      `SELECT count(*) AS made FROM events
      WHERE run = ?1 AND kind = ${rows.MATERIALIZED} AND seq > (SELECT after FROM runs WHERE id = ?1) AND seq <= ?2`,
      run,
      until,
    )!.made;
  }

  of(key: AssetKey, limit: number, { partition, kinds, before, after }: EventFilter): AssetEvent[] {
    const asset = this.#registry.find(key);
    if (asset === undefined) return [];
    return this.#decode(this.#db.all<EventRow>(
      ofAsset(after === undefined ? "DESC" : "ASC"),
      asset,
      before ?? Number.MAX_SAFE_INTEGER,
      partition ?? null,
      kinds === undefined ? null : JSON.stringify(kinds.map((kind) => rows.KINDS.indexOf(kind))),
      limit,
      after ?? 0,
    ));
  }

  series(key: AssetKey, field: SeriesField, range: OrdinalRange, buckets: number): SeriesBucket[] {
    const asset = this.#registry.find(key);
    if (asset === undefined || range.to < range.from) return [];
    return this.#db.read(() => {
      const { seq } = this.#db.get<{ seq: Seq }>(NEWEST, asset)!;
      const name = JSON.stringify([asset, field, range, buckets]);
      const known = this.#series.get(name);
      const series = known?.seq === seq ? known.series : this.#sum(asset, field, range, buckets);
      this.#series.delete(name);
      this.#series.set(name, { seq, series });
      for (const [first] of this.#series) if (this.#series.size > SERIES) this.#series.delete(first);
      return series;
    });
  }

  #sum(asset: number, field: SeriesField, { from, to }: OrdinalRange, buckets: number): SeriesBucket[] {
    const size = Math.ceil((to - from + 1) / buckets);
    const [value, ...named] = valueOf(field);
    return this.#db.all<{ bucket: number; count: number; least: number; most: number; sum: number }>(
      // Materialized, or SQLite reads a value anew for each thing that is asked of it.
      `WITH figures AS MATERIALIZED (
        SELECT p.partition, ${value} AS value
        FROM partitions p CROSS JOIN details d ON d.seq = p.seq
        WHERE p.asset = ?1 AND p.partition BETWEEN ?2 AND ?3 AND p.status <> ${WIPED}
      )
      SELECT CAST((partition - ?2) / ?4 AS INTEGER) AS bucket, count(value) AS count,
        min(value) AS least, max(value) AS most, sum(value) AS sum
      FROM figures
      WHERE typeof(value) IN ('integer', 'real')
      GROUP BY bucket ORDER BY bucket`,
      asset,
      from,
      to,
      size,
      ...named,
    ).map(({ bucket, ...numbers }) => {
      const first = from + bucket * size;
      return { from: first, to: Math.min(first + size - 1, to), ...numbers };
    });
  }

  materializations(key: AssetKey, ranges: readonly OrdinalRange[]): MaterializationRecord[] {
    const asset = this.#registry.find(key);
    if (asset === undefined) return [];
    return this.#db.read(() =>
      normalize(ranges).flatMap(({ from, to }) =>
        this.#db.all<EventRow & { status: number }>(STANDING, asset, from, to).map((row) => ({
          partition: row.first,
          seq: row.seq,
          expired: row.status === EXPIRED,
          event: rows.decodeMaterialized(row, key),
        }))
      )
    );
  }

  filesBelow(folder: string): PublishedFile[] {
    return this.#db.all<FileRow>(FILES, JSON.stringify(folder).slice(1, -1), folder)
      .filter(({ path }) => path === folder || path.startsWith(`${folder}/`))
      .map((row) => this.#file(row));
  }

  filesAt(paths: readonly string[]): PublishedFile[] {
    return this.#db.all<FileRow>(FILES_AT, JSON.stringify([...new Set(paths)])).map((row) => this.#file(row));
  }

  #file({ path, size, hash, asset, partition }: FileRow): PublishedFile {
    return { path, size, hash, asset: this.#registry.key(asset), partition };
  }

  history(key: AssetKey, partition: number): (Materialized & { seq: Seq })[] {
    const asset = this.#registry.find(key);
    if (asset === undefined) return [];
    return this.#db.all<EventRow>(HISTORY, asset, partition)
      .map((row) => ({ ...rows.decodeMaterialized(row, key), seq: row.seq }));
  }

  rechecked(key: AssetKey, ranges: readonly OrdinalRange[]): Map<number, readonly CheckResult[]> {
    const asset = this.#registry.find(key);
    const found = new Map<number, readonly CheckResult[]>();
    if (asset === undefined) return found;
    for (const { from, to } of normalize(ranges)) {
      // The newest of a partition comes last, and stays.
      for (
        const { first, body } of this.#db.all<{ first: number; body: string }>(RECHECKED, asset, from, to)
      ) {
        found.set(first, rows.decodeChecked(body).checks);
      }
    }
    return found;
  }

  #decode(found: readonly EventRow[]): AssetEvent[] {
    return found.map((row) => {
      const asset = this.#registry.key(row.asset);
      if (row.kind !== rows.REGISTERED) return rows.decodeEvent(row, asset);
      const { seq, at, run } = row;
      const codeId = row.code!;
      return { kind: "registered", seq, asset, at, run, codeId, record: this.#registry.codeRecord(codeId) };
    });
  }

  /** Notes that an asset has another present code; call it in a transaction. */
  registered(asset: number, codeId: number, at: Instant): void {
    this.#db.run(
      // It speaks of no partition.
      "INSERT INTO events (seq, kind, asset, at, first, last, code) VALUES (?, ?, ?, ?, 0, -1, ?)",
      this.head() + 1,
      rows.REGISTERED,
      asset,
      at,
      codeId,
    );
  }

  /** @returns The partitions that it speaks of. */
  #append(seq: Seq, asset: number, event: NewEvent): OrdinalRange {
    const body = rows.encodeBody(event);
    if (body !== null) this.#db.run("INSERT INTO details (seq, body) VALUES (?, ?)", seq, body);
    switch (event.kind) {
      case "materialized":
        return this.#materialized(seq, asset, event);
      case "checked":
        return this.#checked(seq, asset, event);
      case "wiped":
        this.#insert(seq, rows.WIPED, asset, event, event.from, event.to);
        this.#db.run(
          `UPDATE partitions SET status = ${WIPED}, seq = ?1, changed = ?1, passed = 0, failed = 0
          WHERE asset = ?2 AND partition BETWEEN ?3 AND ?4 AND status <> ${WIPED}`,
          seq,
          asset,
          event.from,
          event.to,
        );
        return event;
      case "expired":
        this.#insert(seq, rows.EXPIRED, asset, event, event.from, event.to);
        this.#db.run(
          `UPDATE partitions SET status = ${EXPIRED}
          WHERE asset = ? AND partition BETWEEN ? AND ? AND status IN (${STANDS}, ${DAMAGED})`,
          asset,
          event.from,
          event.to,
        );
        return event;
      case "failed":
      case "due": {
        const kind = event.kind === "failed" ? rows.FAILED : rows.DUE;
        this.#insert(seq, kind, asset, event, event.from, event.to);
        this.#marks.add(asset, kind, seq, event.from, event.to);
        return event;
      }
    }
  }

  #materialized(seq: Seq, asset: number, event: Materialized): OrdinalRange {
    const { partition, edges, checks } = event;
    this.#db.run(
      INSERT_MATERIALIZED,
      seq,
      asset,
      event.run,
      event.at,
      partition,
      event.codeId,
      event.read,
      rows.encodeVersion(event.dataVersion),
      event.member,
      edges.length === 0 ? null : edges,
    );
    const { passed, failed } = tally(checks);
    this.#db.run(STAND, asset, partition, seq, passed, failed);
    this.#places.record(asset, partition, event.payload.files);
    return { from: partition, to: partition };
  }

  #checked(seq: Seq, asset: number, event: Checked): OrdinalRange {
    const { partition, of, checks } = event;
    this.#insert(seq, rows.CHECKED, asset, event, partition, partition);
    const { passed, failed } = tally(checks);
    const damaged = damageOf(checks);
    this.#db.run(
      `UPDATE partitions SET passed = ?1, failed = ?2, status = iif(status = ${EXPIRED}, status, coalesce(?3, status))
      WHERE asset = ?4 AND partition = ?5 AND seq = ?6 AND status <> ${WIPED}`,
      passed,
      failed,
      damaged === undefined ? null : damaged ? DAMAGED : STANDS,
      asset,
      partition,
      of,
    );
    return { from: partition, to: partition };
  }

  #insert(seq: Seq, kind: number, asset: number, event: NewEvent, first: number, last: number): void {
    this.#db.run(
      "INSERT INTO events (seq, kind, asset, run, at, first, last) VALUES (?, ?, ?, ?, ?, ?, ?)",
      seq,
      kind,
      asset,
      event.run,
      event.at,
      first,
      last === first ? null : last,
    );
  }
}

/** How many checks passed and failed, as far as a byte counts. */
function tally(checks: Checked["checks"]): { passed: number; failed: number } {
  let passed = 0;
  for (const check of checks) if (check.passed) passed++;
  return { passed: Math.min(passed, 255), failed: Math.min(checks.length - passed, 255) };
}
