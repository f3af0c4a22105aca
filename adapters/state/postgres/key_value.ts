import type { Json, KeyValue, Versioned } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

interface Row {
  readonly key: string;
  readonly value: string;
  readonly version: number;
}

/** Values under keys, written by compare-and-set. */
export class PostgresKeyValue implements KeyValue {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async get(key: string): Promise<Versioned | undefined> {
    const row = await this.#db.get<Row>("SELECT * FROM key_values WHERE key = $1", key);
    return row && versioned(row);
  }

  async list(prefix: string): Promise<ReadonlyMap<string, Versioned>> {
    const rows = await this.#db.all<Row>(
      "SELECT * FROM key_values WHERE key >= $1 AND starts_with(key, $1) ORDER BY key",
      prefix,
    );
    return new Map(rows.map((row) => [row.key, versioned(row)]));
  }

  async put(key: string, value: Json, expected: number): Promise<boolean> {
    const text = JSON.stringify(value);
    const written = expected === 0
      ? await this.#db.run(
        `INSERT INTO key_values (key, value, version) VALUES ($1, $2, nextval('value_versions'))
        ON CONFLICT DO NOTHING`,
        key,
        text,
      )
      : await this.#db.run(
        "UPDATE key_values SET value = $2, version = nextval('value_versions') WHERE key = $1 AND version = $3",
        key,
        text,
        expected,
      );
    return written > 0;
  }

  async delete(key: string): Promise<void> {
    await this.#db.run("DELETE FROM key_values WHERE key = $1", key);
  }
}

function versioned({ value, version }: Row): Versioned {
  return { value: JSON.parse(value), version };
}
