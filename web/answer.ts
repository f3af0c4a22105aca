import type { AnswerColumn, TablePart, Tables } from "../core/mod.ts";
import { rowsOf } from "./api/table_rows.ts";

/** A row, by its columns' names; values as JSON has them. */
export type Row = Readonly<Record<string, unknown>>;

/** The answer to a statement, for a page. */
export interface Answer {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly Row[];
  /** Whether there are more rows than these. */
  readonly more: boolean;
  /** Of its text, in characters. */
  readonly size: number;
}

/** A statement, of all or of a part of the tables that it reads. */
export type Statement = string | { readonly text: string; readonly part: TablePart };

/** The answer to a statement, with at most so many rows. @default 100,000 @throws As `Tables.ask`. */
export async function answerTo(
  tables: Tables,
  statement: Statement,
  { signal, rows = 100_000 }: { readonly signal: AbortSignal; readonly rows?: number },
): Promise<Answer> {
  const { text: asked, ...part } = typeof statement === "string" ? { text: statement } : statement;
  const stream = await tables.ask(asked, { format: "json", head: true, signal, ...part });
  // The first line has the columns.
  const { text, more } = await rowsOf(stream, { rows: rows + 1 });
  const end = text.indexOf("\n");
  return {
    columns: JSON.parse(text.slice(0, end)),
    rows: JSON.parse(text.slice(end + 1)),
    more,
    size: text.length,
  };
}
