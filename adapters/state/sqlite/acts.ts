import type { Act, Acts, Instant, KeptAct } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

/** In the order of the numbers that stand for them: append only. */
const ROLES: readonly NonNullable<Act["role"]>[] = ["read", "operate"];
const OUTCOMES: readonly Act["outcome"][] = ["done", "refused", "failed"];

interface Row {
  readonly number: number;
  readonly at: Instant;
  readonly role: number | null;
  readonly address: string;
  readonly act: string;
  readonly detail: string;
  readonly outcome: number;
  readonly message: string;
}

/** The journal of acts in a table. */
export class SqliteActs implements Acts {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async note({ at, role, address, act, detail, outcome, message }: Act): Promise<void> {
    await this.#db.write(() =>
      this.#db.run(
        "INSERT INTO acts (at, role, address, act, detail, outcome, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
        at,
        role === null ? null : ROLES.indexOf(role),
        address,
        act,
        JSON.stringify(detail),
        OUTCOMES.indexOf(outcome),
        message,
      )
    );
  }

  // deno-lint-ignore require-await
  async list({ limit, before = 2 ** 52 }: { limit: number; before?: number }): Promise<KeptAct[]> {
    return this.#db.all<Row>(
      "SELECT * FROM acts WHERE number < ? ORDER BY number DESC LIMIT ?",
      before,
      limit,
    ).map(({ role, detail, outcome, ...row }) => ({
      ...row,
      role: role === null ? null : ROLES[role]!,
      detail: JSON.parse(detail),
      outcome: OUTCOMES[outcome]!,
    }));
  }

  async forget(before: Instant, counting?: "only"): Promise<number> {
    if (counting !== undefined) {
      return this.#db.get<{ count: number }>("SELECT count(*) AS count FROM acts WHERE at < ?", before)!
        .count;
    }
    return await this.#db.write(() => this.#db.run("DELETE FROM acts WHERE at < ?", before));
  }
}
