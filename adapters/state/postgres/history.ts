import { EXPIRED, type Instant, type Replaced, type RunId, type Seq, WIPED } from "../../../core/mod.ts";
import * as rows from "../event_rows.ts";
import type { Database, Queries } from "./database.ts";
import type { Registry } from "./registry.ts";

const STANDS_BY =
  "SELECT 1 FROM partitions p WHERE p.asset = e.asset AND p.partition = e.first AND p.seq = e.seq";

/** The numbers of a JSON list in the first parameter. */
const LISTED = "(SELECT n::bigint FROM json_array_elements_text($1::text::json) n)";

/** The materializations of partitions that stand no more, by number. */
const NUMBERS = `
  SELECT e.asset, e.first, json_agg(e.seq ORDER BY e.seq) AS numbers FROM events e
  WHERE e.kind = ${rows.MATERIALIZED} AND e.at < $1 AND NOT EXISTS (${STANDS_BY})
  GROUP BY e.asset, e.first ORDER BY e.asset, e.first`;

/** Lets those of partitions' materializations that stay follow each other, as if the listed ones had never been. */
const RELINK = `
  WITH RECURSIVE chain (asset, first, seq, previous) AS (
    SELECT e.asset, e.first, e.seq, e.previous FROM partitions p JOIN events e ON e.seq = p.seq
    WHERE p.status <> ${WIPED}
      AND (p.asset, p.partition) IN (SELECT g.asset, g.first FROM events g WHERE g.seq IN ${LISTED})
    UNION ALL
    SELECT e.asset, e.first, e.seq, e.previous FROM chain JOIN events e ON e.seq = chain.previous
  ), staying AS (
    SELECT seq, previous, lead(seq) OVER (PARTITION BY asset, first ORDER BY seq DESC) AS next
    FROM chain WHERE seq NOT IN ${LISTED}
  )
  UPDATE events e SET previous = s.next
  FROM staying s WHERE e.seq = s.seq AND s.next IS DISTINCT FROM s.previous`;

/** The check that was looked at last of what stands says something; all others do not. */
const CHECKS = `
  SELECT seq FROM (
    SELECT e.seq, e.at, p.seq IS NOT NULL AS present,
      row_number() OVER (PARTITION BY e.asset, e.first, p.seq IS NOT NULL ORDER BY e.seq DESC) AS place
    FROM events e JOIN details d ON d.seq = e.seq
      LEFT JOIN partitions p ON p.asset = e.asset AND p.partition = e.first AND p.status <> ${WIPED}
        AND (d.body::json ->> 'of')::bigint = p.seq
    WHERE e.kind = ${rows.CHECKED}
  ) found WHERE at < $1 AND (NOT present OR place > 1)`;

const OTHERS = `
  SELECT e.seq FROM events e
  WHERE e.at < $1 AND e.seq < (SELECT max(seq) FROM events) AND (
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
  WHERE r.worker IS NULL AND r.ended < $1
    AND r.id < (SELECT max(id) FROM runs) AND r.id NOT IN (SELECT run FROM claims)
    AND NOT (r.command = 'rollback' AND EXISTS (
      SELECT 1 FROM events e JOIN partitions p ON p.seq = e.seq WHERE e.run = r.id
    ))`;

/** Forgets what nothing needs any more. */
export class History {
  readonly #db: Database;
  readonly #registry: Registry;

  constructor(db: Database, registry: Registry) {
    this.#db = db;
    this.#registry = registry;
  }

  async replaced(before: Instant): Promise<Replaced[]> {
    const found = await this.#db.all<{ asset: number; first: number; numbers: Seq[] }>(NUMBERS, before);
    const keyOf = await this.#registry.keys(found.map(({ asset }) => asset));
    return found.map(({ asset, first, numbers }) => ({
      asset: keyOf(asset),
      partition: first,
      materializations: numbers,
    }));
  }

  async forget(materializations: readonly Seq[]): Promise<void> {
    await this.#db.write(async (transaction) => {
      // Nobody appends to a chain meanwhile.
      await transaction.run("SELECT 1 FROM counter FOR UPDATE");
      const found = await transaction.all<{ seq: Seq }>(
        `SELECT e.seq FROM events e WHERE e.seq IN ${LISTED}
          AND e.kind = ${rows.MATERIALIZED} AND NOT EXISTS (${STANDS_BY}) AND e.seq < (SELECT max(seq) FROM events)`,
        JSON.stringify(materializations),
      );
      const going = found.map(({ seq }) => seq);
      await transaction.run(RELINK, JSON.stringify(going));
      await deleteEvents(transaction, going);
    });
  }

  async forgetOlder(before: Instant, counting?: "only"): Promise<{ events: number; runs: number }> {
    const [events, runs] = await this.#db.read(async (db) => [
      (await db.all<{ seq: Seq }>(OTHERS, before)).map(({ seq }) => seq),
      (await db.all<{ id: RunId }>(RUNS, before)).map(({ id }) => id),
    ]);
    if (counting === undefined) {
      // What says nothing any more never will again.
      await this.#db.write((transaction) => deleteEvents(transaction, events!));
      await this.#db.write((transaction) =>
        deleteRows(
          transaction,
          [["logs", "run"], ["steps", "run"], ["run_assets", "run"], ["runs", "id"]],
          runs!,
        )
      );
    }
    return { events: events!.length, runs: runs!.length };
  }
}

async function deleteEvents(db: Queries, events: readonly Seq[]): Promise<void> {
  await deleteRows(db, [["details", "seq"], ["events", "seq"]], events);
}

async function deleteRows(
  db: Queries,
  tables: readonly (readonly [table: string, column: string])[],
  numbers: readonly number[],
): Promise<void> {
  const text = JSON.stringify(numbers);
  for (const [table, column] of tables) {
    await db.run(`DELETE FROM ${table} WHERE ${column} IN ${LISTED}`, text);
  }
}
