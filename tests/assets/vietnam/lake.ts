import { fromFileUrl, join } from "@std/path";
import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { DuckDBEngine } from "../../../adapters/engine/duckdb/engine.ts";
import { jsonValue } from "../../../adapters/query/duckdb/json_value.ts";
import { DuckDB } from "../../../adapters/sdk/duckdb/session.ts";
import { localStorage } from "../../../app/storage.ts";
import {
  type AnyAsset,
  type Audited,
  type CheckAnswer,
  type FailedOutput,
  type FileRef,
  hourly,
  type Json,
  type LakeStorage,
  type Materialization,
  type ObjectStore,
  type Output,
  type Partition,
  type Partitions,
  type PartitionSet,
} from "../../../core/mod.ts";
import { define } from "../../../assets/resources.ts";
import { mart } from "../../../assets/vietnam/mart.ts";
import { MART } from "../../../assets/vietnam/contract.ts";
import { TableExaminer } from "../../../assets/table/examiner.ts";
import { givenInput } from "../given_input.ts";

/** A raw record as tests write it; what is left out is a plain one. */
export interface RawRecord {
  readonly location_id?: number;
  readonly sensor_id?: number;
  readonly parameter?: string;
  readonly value?: number | null;
  readonly unit?: string;
  readonly datetime: string;
  readonly has_flags?: boolean;
  readonly extracted_at?: string;
}

export interface TestStation {
  readonly id: number;
  readonly name: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** The result of a batch: its outputs by key, and the checks' answers. */
export interface Made {
  readonly outputs: ReadonlyMap<string, Output>;
  readonly failures: ReadonlyMap<string, string>;
  readonly answers: readonly CheckAnswer[];
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A lake in a folder of its own, over which marts are made without an executor; dispose of it. */
export class TestLake implements AsyncDisposable {
  engine: DuckDBEngine;
  readonly storage: LakeStorage;
  readonly store: ObjectStore;
  readonly examiner = new TableExaminer(MART);
  readonly raw = define.external({ key: "vietnam/raw_prod", partitions: hourly({ start: "2016-01-01" }) });
  readonly stations = define.external({ key: "vietnam/stations" });
  readonly dev = mart({ raw: this.raw, stations: this.stations, examiner: this.examiner });
  readonly prod = mart({
    raw: this.raw,
    stations: this.stations,
    examiner: this.examiner,
    dev: this.dev,
    watched: true,
  });
  readonly hours = new Map<string, Materialization>();
  readonly days = new Map<string, Materialization>();
  #stations: Materialization[] = [];
  #attempts = 0;

  private constructor(
    readonly root: string,
    readonly db: DuckDB,
    readonly owned: boolean,
    readonly statement: (name: string) => Promise<string>,
  ) {
    this.storage = localStorage(root);
    this.store = this.storage.store;
    this.engine = new DuckDBEngine({ db, workspace: this.storage.workspace, statement });
  }

  static async open(folder?: string, statement = projectStatement): Promise<TestLake> {
    const root = folder ?? await Deno.makeTempDir();
    const db = new DuckDB({ temporaryFolder: join(root, "_temporary") });
    return new TestLake(root, db, folder === undefined, statement);
  }

  /** Goes on as another process would: nothing is remembered. */
  restart(): void {
    const { db, storage: { workspace }, statement } = this;
    this.engine = new DuckDBEngine({ db, workspace, statement });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.close();
    if (this.owned) await Deno.remove(this.root, { recursive: true });
  }

  async write(path: string, bytes: Uint8Array): Promise<FileRef> {
    const full = join(this.root, path);
    await Deno.mkdir(join(full, ".."), { recursive: true });
    await Deno.writeFile(full, bytes);
    return { path, size: bytes.length, hash: hash("sha256", bytes) };
  }

  async putStations(stations: readonly TestStation[]): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(stations));
    this.#stations = [standing(0, null, [await this.write("reference/vietnam/stations.json", bytes)], null)];
  }

  /**
   * Adds a file to each hour among the records.
   *
   * @param rows What the union of an hour's files holds then. @default the file's own rows
   */
  async putRaw(records: readonly RawRecord[], stamp = "20260101_000000", rows?: number): Promise<void> {
    const byHour = Map.groupBy(records, ({ datetime }) => datetime.slice(0, 13));
    for (const [key, own] of byHour) {
      const lines = own.map((record) => `${JSON.stringify({ ...PLAIN, ...record })}\n`).join("");
      const [year, month, day, hour] = key.split(/[-T]/);
      const path =
        `aq_raw_prod/year=${year}/month=${month}/day=${day}/hour=${hour}/raw_openaq_${stamp}.json.gz`;
      this.putHour(key, await this.write(path, gzipSync(lines)), rows ?? own.length);
    }
  }

  /** Adds a file to an hour. */
  putHour(key: string, file: FileRef, rows: number): void {
    const before = this.hours.get(key);
    this.hours.set(
      key,
      standing(this.raw.partitions.ordinal(key)!, key, [...before?.files ?? [], file], rows),
    );
  }

  /** Materializes days of a mart and runs its checks. */
  async make(
    asset: AnyAsset,
    from: string,
    to: string,
    signal = new AbortController().signal,
  ): Promise<Made> {
    const partitions = partitionsOf(asset.partitions, from, to);
    const inputs = this.#inputs(partitions);
    const outputs = new Map<string, Output>();
    const failures = new Map<string, string>();
    const groups = asset.materialize!({
      run: 1,
      partitions,
      inputs,
      materializations: () => Promise.resolve([]),
      resources: { engine: this.engine, store: this.store },
      log: silent,
      progress() {},
      signal,
      now: Date.parse("2026-01-02T03:04:05Z"),
      forced: false,
      marked: [],
      staging: `_staging/${++this.#attempts}`,
      due: () => Promise.resolve(),
    });
    for await (const group of groups as AsyncIterable<readonly (Output | FailedOutput)[]>) {
      for (const each of group) {
        const key = asset.partitions.key(each.partition)!;
        if ("error" in each) failures.set(key, each.error);
        else outputs.set(key, each);
      }
    }
    const answers = await this.audit(asset, [...outputs.values()].map((each) => audited(asset, each)));
    return { outputs, failures, answers };
  }

  /** The rows of a Parquet file, as JSON. */
  async rows(path: string): Promise<Record<string, Json>[]> {
    return await this.db.session(new AbortController().signal, async ({ connection }) => {
      const reader = await connection.runAndReadAll(`FROM ${fileRows(join(this.root, path))}`);
      return reader.getRowObjects().map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, jsonValue(value)]))
      );
    });
  }

  /** Writes the answer of a statement as a Parquet file. */
  async writeParquet(path: string, statement: string): Promise<FileRef> {
    const full = join(this.root, path);
    await Deno.mkdir(join(full, ".."), { recursive: true });
    await this.db.session(
      new AbortController().signal,
      (session) => session.run(`COPY (${statement}) TO '${full}' (FORMAT parquet)`),
    );
    return await this.write(path, await Deno.readFile(full));
  }

  /** Runs a mart's checks on given days. */
  async audit(asset: AnyAsset, outputs: readonly Audited[]): Promise<CheckAnswer[]> {
    if (outputs.length === 0) return [];
    const keys = outputs.map(({ key }) => key!).sort();
    const inputs = this.#inputs(partitionsOf(asset.partitions, keys[0]!, keys.at(-1)!));
    const signal = new AbortController().signal;
    const context = {
      outputs,
      inputs,
      resources: { engine: this.engine, store: this.store },
      log: silent,
      signal,
    };
    return (await Promise.all(asset.checks.map((check) => check.run(context)))).flat();
  }

  /** Puts the outputs in place, as days that the development mart's readers see. */
  async publish(asset: AnyAsset, { outputs }: Made): Promise<void> {
    for (const [key, output] of outputs) {
      const files: FileRef[] = [];
      for (const each of output.staged ?? []) {
        if (!("temporary" in each)) continue;
        await Deno.mkdir(join(this.root, each.final, ".."), { recursive: true });
        await Deno.rename(join(this.root, each.temporary), join(this.root, each.final));
        files.push({ path: each.final, ...each.written! });
      }
      if (asset === this.dev) this.days.set(key, { ...audited(asset, output), files });
    }
  }

  #inputs(partitions: Partitions) {
    const wanted = new Set(Array.from(partitions, ({ key }) => key!));
    return {
      hours: givenInput(() => [...this.hours.values()].filter(({ key }) => wanted.has(key!.slice(0, 10)))),
      stations: givenInput(() => this.#stations),
      dev: givenInput(() => [...this.days.values()].filter(({ key }) => wanted.has(key!))),
    };
  }
}

const PLAIN = {
  location_id: 1,
  sensor_id: 10,
  parameter: "pm25",
  value: 12.5,
  unit: "µg/m³",
  datetime: "",
  location_name: null,
  city: null,
  country: null,
  latitude: null,
  longitude: null,
  has_flags: false,
  extracted_at: "2026-01-01T00:00:00Z",
};

/** A program's statement, from the project's sql folder. */
export function projectStatement(name: string): Promise<string> {
  return Deno.readTextFile(fromFileUrl(new URL(`../../../sql/${name}.sql`, import.meta.url)));
}

/** The rows of a Parquet file, as a table of a statement: its own columns only, whatever its path says. */
export function fileRows(path: string): string {
  return `read_parquet('${path}', hive_partitioning = false)`;
}

/** An output as checks are shown it. */
export function audited(asset: AnyAsset, output: Output): Audited {
  const files = (output.staged ?? []).flatMap((each) =>
    "temporary" in each ? [{ path: each.temporary, ...each.written! }] : []
  );
  const { partition, dataVersion, rows = null, metadata = {} } = output;
  return { partition, key: asset.partitions.key(partition), dataVersion, rows, metadata, files };
}

function standing(
  partition: number,
  key: string | null,
  files: FileRef[],
  rows: number | null,
): Materialization {
  return { partition, key, dataVersion: "", files, rows, metadata: {} };
}

function partitionsOf(set: PartitionSet, from: string, to: string): Partitions {
  const range = { from: set.ordinal(from)!, to: set.ordinal(to)! };
  const partition = (ordinal: number): Partition => ({
    ordinal,
    key: set.key(ordinal),
    window: set.window(ordinal),
  });
  return {
    ranges: [range],
    count: range.to - range.from + 1,
    first: partition(range.from),
    last: partition(range.to),
    *[Symbol.iterator]() {
      for (let ordinal = range.from; ordinal <= range.to; ordinal++) yield partition(ordinal);
    },
  };
}
