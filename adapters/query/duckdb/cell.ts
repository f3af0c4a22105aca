import {
  DuckDBArrayVector,
  DuckDBListVector,
  DuckDBMapVector,
  DuckDBStructVector,
  type DuckDBValue,
  type DuckDBVector,
} from "duckdb";
import { LimitError } from "./limits.ts";

/** Values, or characters, that one cell may hold: each becomes an object, and the whole a text, before it is passed on. */
const MOST = 2_000_000, LONGEST = 64_000_000;

/** The value of a cell. @throws {LimitError} If it is one that no answer can carry. */
export function cellOf(vector: DuckDBVector, row: number): DuckDBValue {
  const count = valuesIn(vector, row);
  if (count > MOST) {
    throw new LimitError(
      `writing the answer: found a cell of ${MOST} values or more, wanted rows; UNNEST makes them`,
    );
  }
  const value = vector.getItem(row);
  if (typeof value === "string" && value.length > LONGEST) {
    throw new LimitError(
      `writing the answer: found a cell of ${value.length} characters, wanted ${LONGEST} at most`,
    );
  }
  return value;
}

/** How many values a cell comes to with all that it holds; counted no further than is needed. */
function valuesIn(vector: DuckDBVector, row: number): number {
  if (vector instanceof DuckDBListVector) return itemsIn(vector.getItemVector(row));
  if (vector instanceof DuckDBMapVector) return valuesIn(part(vector, "listVector"), row);
  if (vector instanceof DuckDBStructVector) {
    return sum(part<DuckDBVector[]>(vector, "entryVectors"), (entry) => valuesIn(entry, row));
  }
  if (vector instanceof DuckDBArrayVector) return part<{ length: number }>(vector, "arrayType").length;
  return 1;
}

function itemsIn(items: DuckDBVector | null): number {
  if (items === null) return 1;
  const nested = items instanceof DuckDBListVector || items instanceof DuckDBMapVector ||
    items instanceof DuckDBStructVector || items instanceof DuckDBArrayVector;
  if (!nested || items.itemCount > MOST) return items.itemCount;
  return sum(Array(items.itemCount).keys(), (row) => valuesIn(items, row));
}

function sum<T>(parts: Iterable<T>, sizeOf: (part: T) => number): number {
  let sum = 0;
  for (const part of parts) if ((sum += sizeOf(part)) > MOST) break;
  return sum;
}

/** A part of a vector for which the client has no method. */
function part<T = DuckDBVector>(vector: DuckDBVector, name: string): T {
  return Reflect.get(vector, name);
}
