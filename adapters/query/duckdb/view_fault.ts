import { type ViewDefinition, type ViewFault, visible } from "../../../core/mod.ts";
import type { DuckDBError } from "../../sdk/duckdb/problem.ts";
import { placeAt } from "./place.ts";
import { ParseError } from "./statement.ts";

/** A view of the catalog cannot be read: one line that names it. */
export class ViewError extends Error {
  override readonly name = "ViewError";

  constructor(readonly view: ViewDefinition, readonly fault: ViewFault) {
    const place = fault.line === undefined ? "" : ` (line ${fault.line}, column ${fault.column})`;
    super(`reading the view "${view.database}.${view.name}": ${fault.message}${place}`);
  }
}

/** The fault of a view whose statement was refused before it was run. */
export function faultOfText(view: ViewDefinition, error: Error): ViewFault {
  const position = error instanceof ParseError ? error.position : undefined;
  return { message: visible(error.message), ...placeAt(view.statement, position) };
}

/** The fault of a view that DuckDB does not make, where errors are told as JSON. @param skipped Bytes before its text. */
export function faultOfMaking(view: ViewDefinition, error: DuckDBError, skipped: number): ViewFault {
  const raw = error.cause instanceof Error ? error.cause.message : "";
  const found = jsonOf(raw.slice(Math.max(0, raw.indexOf("{"))));
  if (found === undefined) return { message: visible(error.message) };
  const [line = ""] = found.exception_message.split("\n");
  const message = visible(line.replace(/[.!]$/, ""));
  const position = found.position === undefined ? undefined : Number(found.position) - skipped;
  return {
    message: message.charAt(0).toLowerCase() + message.slice(1),
    ...placeAt(view.statement, position),
  };
}

function jsonOf(
  text: string,
): { readonly exception_message: string; readonly position?: string } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
