import type { Column } from "../../core/mod.ts";

/** A name as SQL quotes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The canonical text of a column's value, without its length, as `content_hash.ts` defines it; null for null. */
export function canonicalText({ name, type }: Column): string {
  const column = quoted(name);
  switch (type) {
    case "utf8":
      return column;
    case "bool":
    case "int32":
    case "int64":
      return `${column}::VARCHAR`;
    case "timestamp":
      return `epoch_us(${column})::VARCHAR`;
    case "date32":
      return `(${column} - DATE '1970-01-01')::VARCHAR`;
    case "float64": {
      const scaled = `round(${column} * 1e6)`;
      // What no BIGINT holds is rare and slow to write.
      const texts = [`try_cast(${scaled} AS BIGINT)`, `try_cast(${scaled} AS HUGEINT)`, column];
      return `coalesce(${texts.map((text) => `${text}::VARCHAR`).join(", ")})`;
    }
  }
}
