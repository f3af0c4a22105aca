import { type Described, type Engine, EngineError, type FileRef, type Row } from "../../core/mod.ts";
import { contentVersion } from "../content_hash.ts";
import { auditStatement } from "./audit.ts";
import { type Contract, plainColumns } from "./contract.ts";

/** The figures of one file, as the audit counts them. */
export interface Facts {
  readonly rows: number;
  /** 32 hexadecimal digits that depend on the rows alone, not on how they are stored. */
  readonly dataVersion: string;
  /** For each column of the path, the least and the greatest value that the rows give it; undefined where they give none. */
  readonly path: Readonly<Record<string, readonly [least: string, most: string] | undefined>>;
  /** Rows with null in a column that must not be null. */
  readonly nullRequired: number;
  /** Rows that repeat the key of an earlier one. */
  readonly duplicates: number;
  /** Rows that should stand before the one above. */
  readonly unsorted: number;
  /** By column, how many values lie beyond its limits. */
  readonly beyond: Readonly<Record<string, number>>;
  /** By column, how many values are null. */
  readonly nulls: Readonly<Record<string, number>>;
  /** Where values of the column that is watched are above its level, and the greatest of them there. */
  readonly above: Readonly<Record<string, number>>;
}

/** A file's columns, and its facts or the reason why it cannot be read. */
export type Examined =
  & { readonly described: Described }
  & ({ readonly facts: Facts } | { readonly reason: string });

/** A file to examine; `staged` says that its hash was just measured. */
export type ExaminedFile = FileRef & { readonly staged: boolean };

/** The most files whose facts are remembered. */
const KEPT = 5000;

/**
 * Examines files of one contract, a batch in one scan. Facts depend on a file's bytes alone: those of a staged file, whose
 * hash was just measured, are remembered by it, so that a file is scanned once for its data version, its audit and its
 * twin in another table. Standing files are always read anew: their recorded hash says nothing of what is there now.
 */
export class TableExaminer {
  /** The data version of a file that has no rows, and of none. */
  readonly empty: string;
  /** The facts of no rows. */
  readonly none: Facts;
  readonly #statement: string;
  readonly #known = new Map<string, Examined>();

  constructor(readonly contract: Contract) {
    this.#statement = auditStatement(contract);
    this.empty = contentVersion(contract.columns, { rows: 0, first: 0n, last: 0n });
    this.none = this.#facts({ rows: 0, first_sum: "0", last_sum: "0" });
  }

  /** Examines files, answering in their order; one that cannot be read has a reason, and hides no other. */
  async examine(engine: Engine, files: readonly ExaminedFile[], signal: AbortSignal): Promise<Examined[]> {
    const unknown = files.filter(({ staged, hash }) => !(staged && this.#known.has(hash)));
    const found = new Map<string, Examined>();
    const described = await engine.describe(unknown, signal);
    const plain = unknown.filter((_, i) => this.fits(described[i]!));
    const facts = await this.#scan(engine, plain, signal).catch(notWhole);
    for (const [i, file] of unknown.entries()) {
      const own = facts?.get(file.path);
      const examined = own === undefined
        ? await this.#alone(engine, file, described[i]!, signal)
        : { described: described[i]!, facts: own };
      found.set(file.path, examined);
      if (file.staged) this.#remember(file.hash, examined);
    }
    return files.map(({ path, hash }) => found.get(path) ?? this.#known.get(hash)!);
  }

  /** Whether the file has the contract's columns, in their order and of their types. */
  fits(described: Described): boolean {
    const { columns } = this.contract;
    return described.status === "read" && described.columns.length === columns.length &&
      columns.every(({ name, type }, i) =>
        described.columns[i]!.name === name && described.columns[i]!.type === type
      );
  }

  #remember(hash: string, examined: Examined): void {
    this.#known.set(hash, examined);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value!);
  }

  async #alone(
    engine: Engine,
    file: FileRef,
    described: Described,
    signal: AbortSignal,
  ): Promise<Examined> {
    if (described.status === "failed") return { described, reason: described.reason };
    try {
      const facts = (await this.#scan(engine, [file], signal)).get(file.path);
      return { described, facts: facts ?? this.none };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // Of a column of another type no fact may be had.
      return {
        described,
        reason: this.fits(described) ? error.message : schemaFault(described, this.contract),
      };
    }
  }

  async #scan(engine: Engine, files: readonly FileRef[], signal: AbortSignal): Promise<Map<string, Facts>> {
    if (files.length === 0) return new Map();
    const audited = {
      columns: plainColumns(this.contract.columns),
      format: "parquet" as const,
      files: files.map((ref) => ({ ref, partition: null })),
    };
    const question = { name: "audit", statement: this.#statement, inputs: { audited } };
    const rows = await engine.query(question, signal);
    return new Map(rows.map((row) => [String(row.file), this.#facts(row)]));
  }

  #facts(row: Row): Facts {
    const { columns, partitionColumns } = this.contract;
    const rows = Number(row.rows);
    const counts = (prefix: string) =>
      Object.fromEntries(columns.map(({ name }) => [name, Number(row[`${prefix}:${name}`] ?? 0)]));
    const extremes = (name: string) => {
      const [least, most] = [row[`least:${name}`] ?? null, row[`most:${name}`] ?? null];
      return least === null || most === null ? undefined : [String(least), String(most)] as const;
    };
    const sums = { rows, first: BigInt(String(row.first_sum)), last: BigInt(String(row.last_sum)) };
    return {
      rows,
      dataVersion: contentVersion(columns, sums),
      path: Object.fromEntries(partitionColumns.map(({ name }) => [name, extremes(name)])),
      nullRequired: Number(row.null_required ?? 0),
      duplicates: Number(row.duplicates ?? 0),
      unsorted: Number(row.unsorted ?? 0),
      beyond: counts("beyond"),
      nulls: counts("nulls"),
      above: JSON.parse(String(row.above ?? "{}")),
    };
  }
}

/** One file that cannot be scanned hides the others: they are scanned one by one. */
function notWhole(error: unknown): undefined {
  if (!(error instanceof EngineError)) throw error;
}

/** Why a file does not fit: the first column that is not the contract's. */
export function schemaFault(described: Described, { columns }: Contract): string {
  if (described.status === "failed") return described.reason;
  const text = (column: { name: string; type: string } | undefined) =>
    column === undefined ? "none" : `${column.name} ${column.type}`;
  const length = Math.max(described.columns.length, columns.length);
  const at = Array.from({ length }, (_, i) => i)
    .find((i) => text(described.columns[i]) !== text(columns[i]))!;
  return `its column ${at + 1} is ${text(described.columns[at])}, wanted ${text(columns[at])}`;
}
