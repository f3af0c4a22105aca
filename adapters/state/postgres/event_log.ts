import {
  type AssetEvent,
  type AssetKey,
  type CheckResult,
  DAMAGED,
  type EventFilter,
  EXPIRED,
  type MaterializationRecord,
  type Materialized,
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
import * as rows from "../event_rows.ts";
import type { EventRow } from "../event_rows.ts";
import type { Database, Queries } from "./database.ts";
import type { Registry } from "./registry.ts";

type FileRow = Omit<PublishedFile, "asset"> & { readonly asset: number };
type RegisteredRow = EventRow & { readonly record: string | null; readonly edge_texts: string | null };

const COLUMNS =
  `e.seq, e.kind, e.asset, e.run, e.at, e.first, e.last, e.code, e.read, e.version, e.member, e.edges,
  d.body`;

/** With the code record that a registration names. */
const EVENTS = `
  SELECT ${COLUMNS}, c.version AS record, c.edges AS edge_texts
  FROM events e LEFT JOIN details d ON d.seq = e.seq
    LEFT JOIN codes c ON c.id = e.code AND e.kind = ${rows.REGISTERED}`;

const ofAsset = (order: "ASC" | "DESC") => `
  ${EVENTS}
  WHERE e.asset = $1 AND e.seq < $2
    AND ($3::bigint IS NULL OR e.first <= $3 AND coalesce(e.last, e.first) >= $3)
    AND ($4::text IS NULL OR e.kind IN (SELECT k::int FROM json_array_elements_text($4::json) k)) AND e.seq > $6
  ORDER BY e.seq ${order} LIMIT $5`;

const HISTORY = `
  WITH RECURSIVE chain (seq) AS (
    SELECT seq FROM partitions WHERE asset = $1 AND partition = $2 AND status <> ${WIPED}
    UNION ALL
    SELECT e.previous FROM chain JOIN events e ON e.seq = chain.seq WHERE e.previous IS NOT NULL
  )
  SELECT ${COLUMNS}
  FROM chain JOIN events e ON e.seq = chain.seq LEFT JOIN details d ON d.seq = e.seq
  ORDER BY e.seq DESC`;

/** The ranges of a JSON in the second parameter. */
const RANGES = `json_to_recordset($2::text::json) AS r("from" bigint, "to" bigint)`;

const STANDING = `
  SELECT p.status, ${COLUMNS}
  FROM ${RANGES}
    JOIN partitions p ON p.asset = $1 AND p.partition BETWEEN r."from" AND r."to"
    JOIN events e ON e.seq = p.seq LEFT JOIN details d ON d.seq = e.seq
  WHERE p.status <> ${WIPED}
  ORDER BY p.partition`;

const RECHECKED = `
  SELECT e.first, d.body
  FROM ${RANGES}
    JOIN events e ON e.kind = ${rows.CHECKED} AND e.asset = $1 AND e.first BETWEEN r."from" AND r."to"
    JOIN partitions p ON p.asset = e.asset AND p.partition = e.first
    JOIN details d ON d.seq = e.seq
  WHERE p.status <> ${WIPED} AND e.seq > p.seq AND (d.body::json ->> 'of')::bigint = p.seq
  ORDER BY e.first, e.seq`;

const FILE =
  `f ->> 'path' AS path, (f ->> 'size')::bigint AS size, f ->> 'hash' AS hash, p.asset, p.partition`;
const FILES_OF = `json_array_elements(d.body::json -> 'files') f`;

/** Most bodies do not speak of the folder at all: their text is searched before it is parsed. */
const FILES = `
  SELECT DISTINCT ON (path COLLATE "C") * FROM (
    SELECT ${FILE}, p.seq
    FROM partitions p JOIN details d ON d.seq = p.seq CROSS JOIN LATERAL ${FILES_OF}
    WHERE p.status IN (${STANDS}, ${DAMAGED}) AND strpos(d.body, $1) > 0 AND starts_with(f ->> 'path', $2)
  ) found ORDER BY path COLLATE "C", seq DESC`;

const FILES_AT = `
  SELECT ${FILE}
  FROM json_array_elements_text($1::text::json) w
    JOIN places l ON l.path = w
    JOIN partitions p ON p.asset = l.asset AND p.partition = l.partition
    JOIN details d ON d.seq = p.seq
    CROSS JOIN LATERAL ${FILES_OF}
  WHERE p.status IN (${STANDS}, ${DAMAGED}) AND f ->> 'path' = l.path
  ORDER BY l.path COLLATE "C", p.seq`;

/** Of a body that is a materialization's: a number, as an expression, and what it names. */
function valueOf(field: SeriesField): [expression: string, ...named: string[]] {
  const number = (json: string) => `CASE json_typeof(${json}) WHEN 'number' THEN (${json})::text::float8 END`;
  switch (field) {
    case "rows":
      return [number("d.body::json -> 'rows'")];
    case "bytes":
      return [`(SELECT sum((f ->> 'size')::float8) FROM ${FILES_OF})`];
    default:
      return [number("d.body::json -> 'metadata' -> $5::text -> 'value'"), field.metadata];
  }
}

/** The numbered events, and what stands by them; what appends is in `functions/commits.ts`. */
export class EventLog {
  readonly #db: Database;
  readonly #registry: Registry;

  constructor(db: Database, registry: Registry) {
    this.#db = db;
    this.#registry = registry;
  }

  async since(seq: Seq, limit: number): Promise<AssetEvent[]> {
    return await this.#decode(
      await this.#db.all<RegisteredRow>(`${EVENTS} WHERE e.seq > $1 ORDER BY e.seq LIMIT $2`, seq, limit),
    );
  }

  async ofRun(run: RunId, after: Seq, limit: number): Promise<NumberedEvent[]> {
    const found = await this.#db.all<RegisteredRow>(
      `${EVENTS} JOIN runs r ON r.id = e.run
      WHERE e.run = $1 AND e.seq > greatest($2, r.after) AND e.seq <= coalesce(r.last, ${2 ** 53})
      ORDER BY e.seq LIMIT $3`,
      run,
      after,
      limit,
    );
    return await this.#decode(found) as NumberedEvent[];
  }

  async of(
    key: AssetKey,
    limit: number,
    { partition, kinds, before, after }: EventFilter,
  ): Promise<AssetEvent[]> {
    const asset = await this.#registry.find(key);
    if (asset === undefined) return [];
    return await this.#decode(
      await this.#db.all<RegisteredRow>(
        ofAsset(after === undefined ? "DESC" : "ASC"),
        asset,
        before ?? Number.MAX_SAFE_INTEGER,
        partition ?? null,
        kinds === undefined ? null : JSON.stringify(kinds.map((kind) => rows.KINDS.indexOf(kind))),
        limit,
        after ?? 0,
      ),
    );
  }

  async series(
    key: AssetKey,
    field: SeriesField,
    { from, to }: OrdinalRange,
    buckets: number,
  ): Promise<SeriesBucket[]> {
    const asset = await this.#registry.find(key);
    if (asset === undefined || to < from) return [];
    const size = Math.ceil((to - from + 1) / buckets);
    const [value, ...named] = valueOf(field);
    const found = await this.#db.all<
      { bucket: number; count: number; least: number; most: number; sum: number }
    >(
      `WITH figures AS MATERIALIZED (
        SELECT (p.partition - $2::bigint) / $4::bigint AS bucket, ${value} AS value
        FROM partitions p JOIN details d ON d.seq = p.seq
        WHERE p.asset = $1 AND p.partition BETWEEN $2 AND $3 AND p.status <> ${WIPED}
      )
      SELECT bucket, count(value) AS count, min(value) AS least, max(value) AS most, sum(value) AS sum
      FROM figures WHERE value IS NOT NULL GROUP BY bucket ORDER BY bucket`,
      asset,
      from,
      to,
      size,
      ...named,
    );
    return found.map(({ bucket, ...numbers }) => {
      const first = from + bucket * size;
      return { from: first, to: Math.min(first + size - 1, to), ...numbers };
    });
  }

  async materializations(key: AssetKey, ranges: readonly OrdinalRange[]): Promise<MaterializationRecord[]> {
    const asset = await this.#registry.find(key);
    if (asset === undefined) return [];
    const found = await this.#db.all<EventRow & { status: number }>(STANDING, asset, textOf(ranges));
    return found.map((row) => ({
      partition: row.first,
      seq: row.seq,
      expired: row.status === EXPIRED,
      event: rows.decodeMaterialized(row, key),
    }));
  }

  async filesBelow(folder: string): Promise<PublishedFile[]> {
    const found = await this.#db.all<FileRow>(FILES, JSON.stringify(folder).slice(1, -1), folder);
    return await this.#files(
      found.filter(({ path }) => path === folder || path.startsWith(`${folder}/`)),
    );
  }

  async filesAt(paths: readonly string[]): Promise<PublishedFile[]> {
    return await this.#files(await this.#db.all<FileRow>(FILES_AT, JSON.stringify([...new Set(paths)])));
  }

  async #files(found: readonly FileRow[]): Promise<PublishedFile[]> {
    const keyOf = await this.#registry.keys(found.map(({ asset }) => asset));
    return found.map(({ path, size, hash, asset, partition }) => ({
      path,
      size,
      hash,
      asset: keyOf(asset),
      partition,
    }));
  }

  async history(key: AssetKey, partition: number): Promise<(Materialized & { seq: Seq })[]> {
    const asset = await this.#registry.find(key);
    if (asset === undefined) return [];
    const found = await this.#db.all<EventRow>(HISTORY, asset, partition);
    return found.map((row) => ({ ...rows.decodeMaterialized(row, key), seq: row.seq }));
  }

  async madeBy(run: RunId, until: Seq): Promise<number> {
    const found = await this.#db.get<{ made: number }>(
      `SELECT count(*) AS made FROM events
      WHERE run = $1 AND kind = ${rows.MATERIALIZED} AND seq > (SELECT after FROM runs WHERE id = $1) AND seq <= $2`,
      run,
      until,
    );
    return found!.made;
  }

  async rechecked(
    key: AssetKey,
    ranges: readonly OrdinalRange[],
  ): Promise<Map<number, readonly CheckResult[]>> {
    const asset = await this.#registry.find(key);
    if (asset === undefined) return new Map();
    const found = await this.#db.all<{ first: number; body: string }>(RECHECKED, asset, textOf(ranges));
    // The newest of a partition comes last, and stays.
    return new Map(found.map(({ first, body }) => [first, rows.decodeChecked(body).checks]));
  }

  async #decode(found: readonly RegisteredRow[]): Promise<AssetEvent[]> {
    const keyOf = await this.#registry.keys(found.map(({ asset }) => asset));
    return found.map((row) => {
      const asset = keyOf(row.asset);
      if (row.kind !== rows.REGISTERED) return rows.decodeEvent(row, asset);
      const { seq, at, run } = row;
      const record = { version: row.record!, edges: JSON.parse(row.edge_texts!) };
      return { kind: "registered", seq, asset, at, run, codeId: row.code!, record };
    });
  }
}

/** The number of the last event. */
export async function head(db: Queries): Promise<Seq> {
  return (await db.get<{ seq: Seq }>("SELECT seq FROM counter"))!.seq;
}

function textOf(ranges: readonly OrdinalRange[]): string {
  return JSON.stringify(normalize(ranges));
}
