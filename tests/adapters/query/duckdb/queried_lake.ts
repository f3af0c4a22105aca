import { DuckDBQuery } from "../../../../adapters/query/duckdb/query.ts";
import { tableDefinition } from "../../../../assets/table/catalog.ts";
import { MART, RAW } from "../../../../assets/vietnam/contract.ts";
import type {
  AnswerFormat,
  Catalog,
  Definition,
  FileRef,
  QueryLimits,
  QueryOptions,
} from "../../../../core/mod.ts";
import { TestLake } from "../../../assets/vietnam/lake.ts";

export const DAY = "2024-01-15";
export const LIMITS: QueryLimits = { timeout: 60_000, memory: 4e9, rows: 1_000 };

/** A lake with a development day of two rows, an empty production mart, a raw table, and a view over each mart. */
export class QueriedLake implements AsyncDisposable {
  readonly query: DuckDBQuery;
  readonly catalog: Catalog;
  /** The published files, as a state would name them. */
  readonly published: FileRef[] = [];
  /** The queries' warnings. */
  readonly warnings: string[] = [];

  private constructor(readonly lake: TestLake) {
    this.catalog = lake.storage.catalog;
    this.query = new DuckDBQuery({
      workspace: lake.storage.workspace,
      catalog: this.catalog,
      published: (folders) =>
        Promise.resolve(
          folders.map((folder) => this.published.filter(({ path }) => path.startsWith(`${folder}/`))),
        ),
    });
  }

  static async open(): Promise<QueriedLake> {
    const lake = await TestLake.open();
    const queried = new QueriedLake(lake);
    await lake.putStations([{ id: 1, name: 'Phố "A", Bé', city: "Hanoi", latitude: 21, longitude: 105 }]);
    await lake.putRaw([
      { datetime: `${DAY}T07:00:00Z`, value: 10.5 },
      { datetime: `${DAY}T08:00:00Z`, value: 60 },
    ]);
    await lake.publish(lake.dev, await lake.make(lake.dev, DAY, DAY));
    for (const { files } of [...lake.hours.values(), ...lake.days.values()]) queried.published.push(...files);
    await queried.define(tableDefinition(RAW, {
      database: "raw_db",
      name: "openaq_raw",
      format: "ndjson",
      location: "aq_raw_prod",
    }));
    for (const database of ["aq_dev", "aq_prod"]) {
      const location = `${database}/marts/vietnam`;
      await queried.define(tableDefinition(MART, { database, name: "vietnam", format: "parquet", location }));
      await queried.define(view(database, "high", "SELECT * FROM vietnam WHERE pm25 > 50"));
      const statement =
        "SELECT date_format(datetime, '%H:%i') AS at, day_of_week(datetime) AS weekday FROM high";
      await queried.define(view(database, "again", statement));
    }
    return queried;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lake[Symbol.asyncDispose]();
  }

  /** Puts a definition into the catalog. */
  async define(definition: Definition): Promise<void> {
    await this.write(definition.database, definition.name, JSON.stringify(definition));
  }

  /** Puts any text in the place of a definition. */
  async write(database: string, name: string, text: string): Promise<void> {
    await this.lake.write(`_catalog/${database}/${name}.json`, new TextEncoder().encode(text));
  }

  /** The bytes of an answer. */
  async bytes(
    statement: string,
    format: AnswerFormat,
    options: Partial<Omit<QueryOptions, "format">> = {},
  ): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.query.run(statement, { ...this.options(format), ...options })) {
      parts.push(part);
    }
    return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  }

  options(format: AnswerFormat): QueryOptions {
    return {
      format,
      limits: LIMITS,
      terminal: false,
      signal: new AbortController().signal,
      warn: (message) => this.warnings.push(message),
    };
  }

  async text(
    statement: string,
    format: AnswerFormat,
    options: Partial<Omit<QueryOptions, "format">> = {},
  ): Promise<string> {
    return new TextDecoder().decode(await this.bytes(statement, format, options));
  }

  async json(statement: string): Promise<Record<string, unknown>[]> {
    return JSON.parse(await this.text(statement, "json"));
  }
}

export function view(database: string, name: string, statement: string): Definition {
  return { type: "view", database, name, statement };
}
