import type { ViewFault } from "../../../core/mod.ts";
import type { DuckDBError } from "../../sdk/duckdb/problem.ts";

/** A line and a column, both from 1; neither where they are not known. */
export type Place = Pick<ViewFault, "line" | "column">;

/** The line and column of a place in a text that is given in bytes. */
export function placeAt(text: string, position: number | undefined): Place {
  if (position === undefined || !(position >= 0)) return {};
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, position));
  const lines = before.split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** The place that DuckDB points at below its message; none where it shows but a part of the line. */
export function placeOf({ cause }: DuckDBError): Place {
  const message = cause instanceof Error ? cause.message : "";
  const found = /\nLINE (\d+): (.*)\n( *)\^/.exec(message);
  if (found === null || found[2]!.startsWith("...")) return {};
  const [, line, , gap] = found;
  return { line: Number(line), column: gap!.length - `LINE ${line}: `.length + 1 };
}
