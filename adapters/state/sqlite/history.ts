import { EXPIRED, type Instant, type Replaced, type RunId, type Seq, WIPED } from "../../../core/mod.ts";
import type { Database } from "./database.ts";
import * as rows from "../event_rows.ts";
import type { Registry } from "./registry.ts";

const STANDS_BY =
  "SELECT 1 FROM partitions p WHERE p.asset = e.asset AND p.partition = e.first AND p.seq = e.seq";

/** The materializations of partitions that stand no more, by number. */
const NUMBERS = `
  SELECT e.asset, e.first, json_group_array(e.seq) AS numbers FROM events e
  WHERE e.kind = ${rows.MATERIALIZED} AND e.at < ? AND NOT EXISTS (${STANDS_BY})
  GROUP BY e.asset, e.first ORDER BY e.asset, e.first`;

const CHAIN = `
  WITH RECURSIVE chain (seq, previous) AS (
    SELECT e.seq, e.previous FROM partitions p JOIN events e ON e.seq = p.seq
    WHERE p.asset = ? AND p.partition = ? AND p.status <> ${WIPED}
    UNION ALL
    SELECT e.seq, e.previous FROM chain JOIN events e ON e.seq = chain.previous
  )
  SELECT seq, previous FROM chain ORDER BY seq DESC`;

/** The check that was looked at last of what stands says something; all others do not. */
const CHECKS = `
  SELECT seq FROM (
    SELECT e.seq, e.at, p.seq IS NOT NULL AS present,
      row_number() OVER (PARTITION BY e.asset, e.first, p.seq IS NOT NULL ORDER BY e.seq DESC) AS place
    FROM events e JOIN details d ON d.seq = e.seq
      LEFT JOIN partitions p ON p.asset = e.asset AND p.partition = e.first AND p.status <> ${WIPED}
        AND coalesce(d.body ->> '$.of', p.seq) = p.seq
    WHERE e.kind = ${rows.CHECKED}
  ) WHERE at < ?1 AND (NOT present OR place > 1)`;

const OTHERS = `
  SELECT e.seq FROM events e
  WHERE e.at < ?1 AND e.seq < (SELECT max(seq) FROM events) AND (
    e.kind = ${rows.WIPED} AND e.seq NOT IN (SELECT seq FROM partitions WHERE status = ${WIPED})
    OR e.kind = ${rows.EXPIRED} AND NOT EXISTS (
      SELECT 1 FROM partitions p
      WHERE p.asset = e.asset AND p.partition BETWEEN e.first AND coalesce(e.last, e.first) AND p.status = ${EXPIRED}
    )
    OR e.kind = ${rows.REGISTERED} AND EXISTS (
      SELECT 1 FROM events l WHERE l.asset = e.asset AND l.seq > e.seq AND l.kind = ${rows.REGISTERED}
    )
    OR e.kind IN (${rows.FAILED}, ${rows.DUE}) AND e.seq NOT IN (SELECT seq FROM marks)
    OR e.kind = ${rows.CHECKED} AND e.seq IN (${CHECKS})
  )`;

const RUNS = `
  SELECT r.id FROM runs r
  WHERE r.worker IS NULL AND r.took IS NOT NULL AND r.started + r.took < ?
    AND r.id < (SELECT max(id) FROM runs) AND r.id NOT IN (SELECT run FROM claims)
    AND NOT (r.request ->> '$.command' = 'rollback' AND r.id IN (
      SELECT e.run FROM partitions p CROSS JOIN events e ON e.seq = p.seq
    ))`;

/** Forgets what nothing needs any more. */
export class History {
  readonly #db: Database;
  readonly #registry: Registry;

  constructor(db: Database, registry: Registry) {
    this.#db = db;
    this.#registry = registry;
  }

  replaced(before: Instant): Replaced[] {
    return this.#db.all<{ asset: number; first: number; numbers: string }>(NUMBERS, before)
      .map(({ asset, first, numbers }) => ({
        asset: this.#registry.key(asset),
        partition: first,
        materializations: (JSON.parse(numbers) as Seq[]).sort((a, b) => a - b),
      }));
  }

  /** Call it in a transaction. */
  forget(materializations: readonly Seq[]): void {
    const numbers = JSON.stringify(materializations);
    const found = this.#db.all<{ seq: Seq; asset: number; first: number }>(
      `SELECT e.seq, e.asset, e.first FROM events e WHERE e.seq IN (SELECT value FROM json_each(?))
        AND e.kind = ${rows.MATERIALIZED} AND NOT EXISTS (${STANDS_BY}) AND e.seq < (SELECT max(seq) FROM events)`,
      numbers,
    );
    const going = new Set(found.map(({ seq }) => seq));
    const partitions = new Map(found.map(({ asset, first }) => [`${asset} ${first}`, { asset, first }]));
    for (const { asset, first } of partitions.values()) this.#relink(asset, first, going);
    this.deleteEvents([...going]);
  }

  /** Lets those of a partition's materializations that stay follow each other. */
  #relink(asset: number, partition: number, going: ReadonlySet<Seq>): void {
    const chain = this.#db.all<{ seq: Seq; previous: Seq | null }>(CHAIN, asset, partition);
    const staying = chain.filter(({ seq }) => !going.has(seq));
    for (const [i, { seq, previous }] of staying.entries()) {
      const next = staying[i + 1]?.seq ?? null;
      if (next !== previous) this.#db.run("UPDATE events SET previous = ? WHERE seq = ?", next, seq);
    }
  }

  /** The numbers of other events from before an instant that say nothing any more, and of runs that had ended. */
  older(before: Instant): { readonly events: readonly Seq[]; readonly runs: readonly RunId[] } {
    return this.#db.read(() => ({
      events: this.#db.all<{ seq: Seq }>(OTHERS, before).map(({ seq }) => seq),
      runs: this.#db.all<{ id: RunId }>(RUNS, before).map(({ id }) => id),
    }));
  }

  /** Call it in a transaction, with what says nothing any more: it never will again. */
  deleteEvents(events: readonly Seq[]): void {
    this.#delete([["details", "seq"], ["events", "seq"]], events);
  }

  /** Call it in a transaction. */
  deleteRuns(runs: readonly RunId[]): void {
    this.#delete([["logs", "run"], ["steps", "run"], ["run_assets", "run"], ["runs", "id"]], runs);
  }

  #delete(tables: readonly (readonly [table: string, column: string])[], numbers: readonly number[]): void {
    for (const [table, column] of tables) {
      const statement = `DELETE FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`;
      this.#db.run(statement, JSON.stringify(numbers));
    }
  }
}
