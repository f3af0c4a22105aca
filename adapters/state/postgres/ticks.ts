import {
  type AssetEvaluation,
  type AssetKey,
  type Instant,
  type KeptEvaluation,
  type KeptTick,
  MOST_EVALUATIONS,
  type RunId,
  type TickRecord,
} from "../../../core/mod.ts";
import type { Database, Queries } from "./database.ts";

/** The place of an asset's last evaluation, where that led to no run. */
const LAST_PLACE = 2 ** 52;

const LAST = "number IN (SELECT max(number) FROM ticks GROUP BY name)";
const OLDER = `at < $1 AND NOT ${LAST}`;

type TickRow = Omit<KeptTick, "runs"> & { readonly runs: string };

/** The history of ticks and evaluations. */
export class Ticks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Call it in a transaction. */
  async note(db: Queries, { name, at, outcome, detail, runs }: TickRecord): Promise<void> {
    await db.run("SELECT hold('tick ' || $1)", name);
    if (outcome === "skipped") {
      await db.run("DELETE FROM ticks WHERE name = $1 AND outcome = 'skipped'", name);
    }
    await db.run(
      "INSERT INTO ticks (name, at, outcome, detail, runs) VALUES ($1, $2, $3, $4, $5)",
      name,
      at,
      outcome,
      detail,
      JSON.stringify(runs),
    );
  }

  /** Call it in a transaction. */
  async keep(db: Queries, evaluations: readonly AssetEvaluation[], run: RunId | null): Promise<void> {
    if (evaluations.length === 0) return;
    await db.run("SELECT hold('evaluations')");
    for (const { asset, at, ...body } of evaluations) {
      const place = run === null ? LAST_PLACE : await nextPlace(db, asset);
      await db.run(
        `INSERT INTO evaluations (asset, place, at, run, body) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (asset, place) DO UPDATE SET at = excluded.at, run = excluded.run, body = excluded.body`,
        asset,
        place,
        at,
        run,
        JSON.stringify(body),
      );
      if (run === null) continue;
      await db.run(
        `DELETE FROM evaluations WHERE asset = $1 AND (place = ${LAST_PLACE} OR place <= $2)`,
        asset,
        place - MOST_EVALUATIONS,
      );
    }
  }

  async list(
    name: string,
    { limit, before = 2 ** 52 }: { limit: number; before?: number },
  ): Promise<KeptTick[]> {
    const rows = await this.#db.all<TickRow>(
      "SELECT * FROM ticks WHERE name = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
      name,
      before,
      limit,
    );
    return rows.map(tickOf);
  }

  async last(): Promise<Map<string, KeptTick>> {
    const rows = await this.#db.all<TickRow>(`SELECT * FROM ticks WHERE ${LAST} ORDER BY name`);
    return new Map(rows.map((row) => [row.name, tickOf(row)]));
  }

  async evaluations(asset: AssetKey, limit: number): Promise<KeptEvaluation[]> {
    const rows = await this.#db.all<{ at: Instant; run: RunId | null; body: string }>(
      "SELECT at, run, body FROM evaluations WHERE asset = $1 ORDER BY place DESC LIMIT $2",
      asset,
      limit,
    );
    return rows.map(({ at, run, body }) => ({ asset, at, run, ...JSON.parse(body) }));
  }

  async forget(before: Instant, counting?: "only"): Promise<number> {
    if (counting !== undefined) {
      const count = `SELECT count(*) AS count FROM ticks WHERE ${OLDER}`;
      return (await this.#db.get<{ count: number }>(count, before))!.count;
    }
    return await this.#db.write(async (transaction) => {
      await transaction.run(
        `DELETE FROM evaluations
        WHERE at < $1 AND (asset, place) NOT IN (SELECT asset, max(place) FROM evaluations GROUP BY asset)`,
        before,
      );
      return await transaction.run(`DELETE FROM ticks WHERE ${OLDER}`, before);
    });
  }
}

async function nextPlace(db: Queries, asset: AssetKey): Promise<number> {
  const found = await db.get<{ next: number }>(
    `SELECT coalesce(max(place), 0) + 1 AS next FROM evaluations WHERE asset = $1 AND place < ${LAST_PLACE}`,
    asset,
  );
  return found!.next;
}

function tickOf(row: TickRow): KeptTick {
  return { ...row, runs: JSON.parse(row.runs) };
}
