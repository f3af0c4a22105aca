import type { Act, Acts, Instant, KeptAct } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

type Row = Omit<KeptAct, "detail"> & { readonly detail: string };

/** The journal of acts in a table. */
export class PostgresActs implements Acts {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async note({ at, role, address, act, detail, outcome, message }: Act): Promise<void> {
    await this.#db.run(
      "INSERT INTO acts (at, role, address, act, detail, outcome, message) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      at,
      role,
      address,
      act,
      JSON.stringify(detail),
      outcome,
      message,
    );
  }

  async list({ limit, before = 2 ** 52 }: { limit: number; before?: number }): Promise<KeptAct[]> {
    const rows = await this.#db.all<Row>(
      "SELECT * FROM acts WHERE number < $1 ORDER BY number DESC LIMIT $2",
      before,
      limit,
    );
    return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) }));
  }

  async forget(before: Instant, counting?: "only"): Promise<number> {
    if (counting === undefined) return await this.#db.run("DELETE FROM acts WHERE at < $1", before);
    const found = await this.#db.get<{ count: number }>(
      "SELECT count(*) AS count FROM acts WHERE at < $1",
      before,
    );
    return found!.count;
  }
}
