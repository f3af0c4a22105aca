/** How an answer is written; `table` is for people. */
export type AnswerFormat = "table" | "csv" | "json" | "parquet" | "arrow";

/** Why a statement was not run. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** Answers one reading statement over the lake's tables and views. */
export interface Query {
  /**
   * The answer's bytes, piece by piece.
   *
   * @throws {Refused} If it is not one reading statement over the catalog's tables and views.
   */
  run(statement: string, format: AnswerFormat, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
