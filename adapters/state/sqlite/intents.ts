import type { ClaimToken, Intent } from "../../../core/mod.ts";
import { decodeIntent, encodeIntent } from "../stored_intent.ts";
import type { Database } from "./database.ts";

/** Publications that were begun under a claim and are neither completed nor given up. */
export class Intents {
  readonly #db: Database;
  /** The tokens of this handle's claims under which publications may be open: others have none. */
  readonly #open = new Set<ClaimToken>();

  constructor(db: Database) {
    this.#db = db;
  }

  of(token: ClaimToken): Intent[] {
    return this.#db.all<{ body: string }>(
      "SELECT body FROM intents WHERE token = ? ORDER BY partition",
      token,
    )
      .map(({ body }) => decodeIntent(JSON.parse(body)));
  }

  any(token: ClaimToken): boolean {
    return this.#open.has(token) &&
      this.#db.get("SELECT 1 FROM intents WHERE token = ? LIMIT 1", token) !== undefined;
  }

  begin(token: ClaimToken, intents: readonly Intent[]): void {
    this.#open.add(token);
    for (const intent of intents) {
      this.#db.run(
        "INSERT OR REPLACE INTO intents (token, partition, body) VALUES (?, ?, ?)",
        token,
        intent.event.partition,
        JSON.stringify(encodeIntent(intent)),
      );
    }
  }

  end(token: ClaimToken, partitions: Iterable<number>): void {
    if (!this.any(token)) return;
    for (const partition of partitions) {
      this.#db.run("DELETE FROM intents WHERE token = ? AND partition = ?", token, partition);
    }
  }

  pass(from: ClaimToken, to: ClaimToken): void {
    this.#open.add(to);
    this.#db.run("UPDATE intents SET token = ? WHERE token = ?", to, from);
  }
}
