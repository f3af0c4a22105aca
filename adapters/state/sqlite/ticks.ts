import type {
  AssetEvaluation,
  AssetKey,
  Instant,
  KeptEvaluation,
  KeptTick,
  RunId,
  TickRecord,
} from "../../../core/mod.ts";
import { MOST_EVALUATIONS } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

/** In the order of the numbers that stand for them: append only. */
const OUTCOMES: readonly TickRecord["outcome"][] = ["requested", "skipped", "failed"];
const SKIPPED = OUTCOMES.indexOf("skipped");

/** The place of an asset's last evaluation, where that led to no run. */
const LAST_PLACE = 2 ** 52;

const LAST = "number IN (SELECT max(number) FROM ticks GROUP BY name)";
const OLDER = `at < ? AND NOT ${LAST}`;

interface TickRow {
  readonly number: number;
  readonly name: string;
  readonly at: Instant;
  readonly outcome: number;
  readonly detail: string;
  readonly runs: string | null;
}

/** The history of ticks and evaluations; call `note`, `keep` and `forget` in a transaction. */
export class Ticks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  note({ name, at, outcome, detail, runs }: TickRecord): void {
    if (outcome === "skipped") {
      this.#db.run(`DELETE FROM ticks WHERE name = ? AND outcome = ${SKIPPED}`, name);
    }
    this.#db.run(
      "INSERT INTO ticks (name, at, outcome, detail, runs) VALUES (?, ?, ?, ?, ?)",
      name,
      at,
      OUTCOMES.indexOf(outcome),
      detail,
      runs.length === 0 ? null : JSON.stringify(runs),
    );
  }

  keep(evaluations: readonly AssetEvaluation[], run: RunId | null): void {
    for (const { asset, at, ...body } of evaluations) {
      const place = run === null ? LAST_PLACE : this.#nextPlace(asset);
      this.#db.run(
        "INSERT OR REPLACE INTO evaluations (asset, place, at, run, body) VALUES (?, ?, ?, ?, ?)",
        asset,
        place,
        at,
        run,
        JSON.stringify(body),
      );
      if (run === null) continue;
      this.#db.run(`DELETE FROM evaluations WHERE asset = ? AND place = ${LAST_PLACE}`, asset);
      this.#db.run("DELETE FROM evaluations WHERE asset = ? AND place <= ?", asset, place - MOST_EVALUATIONS);
    }
  }

  #nextPlace(asset: AssetKey): number {
    return this.#db.get<{ next: number }>(
      `SELECT coalesce(max(place), 0) + 1 AS next FROM evaluations WHERE asset = ? AND place < ${LAST_PLACE}`,
      asset,
    )!.next;
  }

  list(name: string, { limit, before = 2 ** 52 }: { limit: number; before?: number }): KeptTick[] {
    return this.#db.all<TickRow>(
      "SELECT * FROM ticks WHERE name = ? AND number < ? ORDER BY number DESC LIMIT ?",
      name,
      before,
      limit,
    ).map(tickOf);
  }

  last(): Map<string, KeptTick> {
    const rows = this.#db.all<TickRow>(`SELECT * FROM ticks WHERE ${LAST} ORDER BY name`);
    return new Map(rows.map((row) => [row.name, tickOf(row)]));
  }

  evaluations(asset: AssetKey, limit: number): KeptEvaluation[] {
    return this.#db.all<{ at: Instant; run: RunId | null; body: string }>(
      "SELECT at, run, body FROM evaluations WHERE asset = ? ORDER BY place DESC LIMIT ?",
      asset,
      limit,
    ).map(({ at, run, body }) => ({ asset, at, run, ...JSON.parse(body) }));
  }

  older(before: Instant): number {
    return this.#db.get<{ count: number }>(`SELECT count(*) AS count FROM ticks WHERE ${OLDER}`, before)!
      .count;
  }

  forget(before: Instant): number {
    this.#db.run(
      `DELETE FROM evaluations
      WHERE at < ? AND (asset, place) NOT IN (SELECT asset, max(place) FROM evaluations GROUP BY asset)`,
      before,
    );
    return this.#db.run(`DELETE FROM ticks WHERE ${OLDER}`, before);
  }
}

function tickOf({ number, name, at, outcome, detail, runs }: TickRow): KeptTick {
  return { number, name, at, outcome: OUTCOMES[outcome]!, detail, runs: JSON.parse(runs ?? "[]") };
}
