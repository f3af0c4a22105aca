import type { Json, KeyValue, Versioned } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

/** The key of a value that differs wherever the content of a state was replaced as a whole. */
export const CONTENT_KEY = "state/content";
/** Answers that value. */
export const CONTENT = `SELECT value FROM key_values WHERE key = '${CONTENT_KEY}'`;

type Row = { readonly key: string; readonly value: string; readonly version: number };

/** Values under keys, written by compare-and-set. */
export class SqliteKeyValue implements KeyValue {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  // deno-lint-ignore require-await
  async get(key: string): Promise<Versioned | undefined> {
    const row = this.#db.get<Row>("SELECT * FROM key_values WHERE key = ?", key);
    return row && versioned(row);
  }

  // deno-lint-ignore require-await
  async list(prefix: string): Promise<ReadonlyMap<string, Versioned>> {
    const rows = this.#db.all<Row>(
      "SELECT * FROM key_values WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 ORDER BY key",
      prefix,
    );
    return new Map(rows.map((row) => [row.key, versioned(row)]));
  }

  async put(key: string, value: Json, expected: number): Promise<boolean> {
    return await this.#db.write(() => {
      const version = this.#db.get<Row>("SELECT version FROM key_values WHERE key = ?", key)?.version ?? 0;
      if (version !== expected) return false;
      this.#db.run(
        "INSERT OR REPLACE INTO key_values (key, value) VALUES (?, ?)",
        key,
        JSON.stringify(value),
      );
      return true;
    });
  }

  async delete(key: string): Promise<void> {
    await this.#db.write(() => this.#db.run("DELETE FROM key_values WHERE key = ?", key));
  }
}

function versioned({ value, version }: Row): Versioned {
  return { value: JSON.parse(value), version };
}
