import { type Described, type Engine, EngineError, type Row } from "../../core/ports/engine.ts";
import type { FileRef } from "../../core/ports/publisher.ts";
import { contentVersion } from "../content_hash.ts";
import { MART } from "./contract.ts";
import { POLLUTANTS } from "./pollutants.ts";

/** What a day's file holds, as `sql/audits/vietnam.sql` counts it. */
export interface DayFacts {
  readonly rows: number;
  readonly dataVersion: string;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly nullKeys: number;
  readonly duplicates: number;
  readonly unsorted: number;
  /** How many values of each pollutant are negative or above its limit. */
  readonly beyond: Readonly<Record<string, number>>;
  readonly nulls: Readonly<Record<string, number>>;
}

/** A file's columns and facts; or why they are not known. */
export type Examined =
  & { readonly described: Described }
  & ({ readonly facts: DayFacts } | { readonly reason: string });

/** The data version of a day without rows. */
export const EMPTY_DAY = contentVersion(MART.columns, { rows: 0, first: 0n, last: 0n });

/** The days of both marts that are remembered at a time. */
const KEPT = 5000;

/**
 * Examines days' files, a batch in one scan. Facts depend on a file's bytes alone: those of a staged file, whose hash was
 * just measured, are remembered by it, so that a file is scanned once for its data version, its audit and its twin in
 * the other mart. Standing files are always read anew: their recorded hash says nothing of what is there now.
 */
export class DayExaminer {
  readonly #known = new Map<string, Examined>();

  async examine(
    engine: Engine,
    files: readonly (FileRef & { readonly staged: boolean })[],
    signal: AbortSignal,
  ): Promise<Examined[]> {
    const unknown = files.filter(({ staged, hash }) => !(staged && this.#known.has(hash)));
    const found = new Map<string, Examined>();
    const described = await engine.describe(unknown.map(({ path }) => path), signal);
    const plain = unknown.filter((_, i) => isMart(described[i]!));
    const facts = await scan(engine, plain, signal).catch(notWhole);
    for (const [i, file] of unknown.entries()) {
      const own = facts?.get(file.path);
      const examined = own === undefined
        ? await alone(engine, file, described[i]!, signal)
        : { described: described[i]!, facts: own };
      found.set(file.path, examined);
      if (file.staged) this.#remember(file.hash, examined);
    }
    return files.map(({ path, hash }) => found.get(path) ?? this.#known.get(hash)!);
  }

  #remember(hash: string, examined: Examined): void {
    this.#known.set(hash, examined);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value!);
  }
}

/** Whether the columns are the contract's. */
export function isMart(described: Described): boolean {
  return described.status === "read" &&
    described.columns.length === MART.columns.length &&
    MART.columns.every(({ name, type }, i) =>
      described.columns[i]!.name === name && described.columns[i]!.type === type
    );
}

async function alone(
  engine: Engine,
  file: FileRef,
  described: Described,
  signal: AbortSignal,
): Promise<Examined> {
  if (described.status === "failed") return { described, reason: described.reason };
  try {
    const facts = (await scan(engine, [file], signal)).get(file.path);
    return facts === undefined ? { described, reason: `"${file.path}" has no rows` } : { described, facts };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { described, reason: error.message };
  }
}

/** One file that cannot be scanned hides the others: they are scanned one by one. */
function notWhole(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
}

async function scan(
  engine: Engine,
  files: readonly FileRef[],
  signal: AbortSignal,
): Promise<Map<string, DayFacts>> {
  if (files.length === 0) return new Map();
  const rows = await engine.query({
    name: "audits/vietnam",
    inputs: {
      days: {
        columns: MART.columns,
        format: "parquet",
        files: files.map((ref) => ({ ref, partition: null })),
      },
      limits: {
        columns: Object.keys(POLLUTANTS).map((name) => ({ name, type: "float64", nullable: false })),
        rows: [POLLUTANTS],
      },
    },
  }, signal);
  return new Map(rows.map((row) => [String(row.file), dayFacts(row)]));
}

function dayFacts(row: Row): DayFacts {
  const rows = Number(row.rows);
  const ending = (suffix: string) =>
    Object.fromEntries(
      Object.entries(row).filter(([name]) => name.endsWith(suffix))
        .map(([name, count]) => [name.slice(0, -suffix.length), Number(count)]),
    );
  const sums = { rows, first: BigInt(String(row.first_sum)), last: BigInt(String(row.last_sum)) };
  return {
    rows,
    dataVersion: contentVersion(MART.columns, sums),
    firstDay: row.first_day === null ? null : String(row.first_day),
    lastDay: row.last_day === null ? null : String(row.last_day),
    nullKeys: Number(row.null_keys),
    duplicates: Number(row.duplicates),
    unsorted: Number(row.unsorted),
    beyond: ending("_beyond"),
    nulls: ending("_null"),
  };
}
