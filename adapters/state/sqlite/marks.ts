import type { Ranges, Seq } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

type Mark = { readonly seq: Seq; readonly first: number; readonly last: number };

/**
 * The first partition from `from` on, in steps of `step`, that has not had a higher number than the mark since;
 * one beyond `to` if there is none.
 */
const beyond = (step: "+" | "-") => `
  WITH RECURSIVE walk (partition) AS (
    SELECT CAST(?1 AS INTEGER)
    UNION ALL
    SELECT partition ${step} 1 FROM walk
    WHERE partition ${step === "+" ? "<=" : ">="} ?2
      AND EXISTS (SELECT 1 FROM partitions p WHERE p.asset = ?3 AND p.partition = walk.partition AND p.seq > ?4)
  )
  SELECT ${step === "+" ? "max" : "min"}(partition) AS partition FROM walk`;
const ASCENDING = beyond("+"), DESCENDING = beyond("-");

/** Failures and due marks, kept only as long and as wide as they still say something. */
export class Marks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Notes a mark; it takes the place of older ones of its kind that it covers. */
  add(asset: number, kind: number, seq: Seq, from: number, to: number): void {
    this.#db.run(
      "DELETE FROM marks WHERE asset = ? AND kind = ? AND first >= ? AND first <= ? AND last <= ?",
      asset,
      kind,
      from,
      to,
      to,
    );
    this.#insert(asset, kind, { seq, first: from, last: to });
  }

  /** Cuts off the ends of marks that `partitions`, just given a number, have left behind. */
  trim(asset: number, partitions: Ranges): void {
    for (const { from, to } of partitions) {
      const marks = this.#db.all<Mark & { kind: number }>(
        "SELECT seq, first, last, kind FROM marks WHERE asset = ? AND first <= ? AND last >= ?",
        asset,
        to,
        from,
      );
      for (const mark of marks) this.#trim(asset, mark);
    }
  }

  #trim(asset: number, { kind, ...mark }: Mark & { kind: number }): void {
    const first = this.#walk(ASCENDING, asset, mark.seq, mark.first, mark.last);
    const last = first > mark.last ? mark.last : this.#walk(DESCENDING, asset, mark.seq, mark.last, first);
    if (first === mark.first && last === mark.last) return;
    this.#db.run("DELETE FROM marks WHERE asset = ? AND first = ? AND seq = ?", asset, mark.first, mark.seq);
    if (first <= last) this.#insert(asset, kind, { seq: mark.seq, first, last });
  }

  #walk(sql: string, asset: number, seq: Seq, from: number, to: number): number {
    return this.#db.get<{ partition: number }>(sql, from, to, asset, seq)!.partition;
  }

  #insert(asset: number, kind: number, { seq, first, last }: Mark): void {
    this.#db.run(
      "INSERT INTO marks (asset, first, seq, last, kind) VALUES (?, ?, ?, ?, ?)",
      asset,
      first,
      seq,
      last,
      kind,
    );
  }
}
