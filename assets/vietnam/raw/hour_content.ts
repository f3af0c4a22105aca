import type { Instant } from "../../../core/mod.ts";
import type { HistoryRow } from "../../../sources/openaq/question.ts";
import { ContentSum, contentVersion } from "../../content_hash.ts";
import { canonicalRecord, canonicalRows, CONTENT_COLUMNS, instantOf, type RawRecord } from "./record.ts";

/** The content of an hour: its version and its number of rows. */
export interface Content {
  readonly dataVersion: string;
  readonly rows: number;
}

/** The content of rows as they were answered. */
export function contentOf(rows: readonly HistoryRow[]): Content {
  const sum = new ContentSum();
  for (const text of canonicalRows(rows)) sum.add(text);
  return summed(sum);
}

/**
 * The union of several extractions of an hour, added in any order: for each sensor and time all rows of the latest
 * extraction that has any. Rows that are gone upstream stay.
 */
export class HourUnion {
  readonly #latest = new Map<string, { extractedAt: Instant; texts: string[] }>();

  addRows(rows: readonly HistoryRow[], extractedAt: Instant): void {
    let i = 0;
    for (const text of canonicalRows(rows)) {
      const { sensor, start } = rows[i++]!;
      this.#add(sensor.id, start, extractedAt, text);
    }
  }

  /** @throws {TypeError} If a field is not of its column's type. */
  addRecord(record: RawRecord): void {
    const start = instantOf(record, "datetime");
    this.#add(record.sensor_id, start, instantOf(record, "extracted_at"), canonicalRecord(record));
  }

  content(): Content {
    const sum = new ContentSum();
    for (const { texts } of this.#latest.values()) texts.forEach((text) => sum.add(text));
    return summed(sum);
  }

  #add(sensor: unknown, start: Instant, extractedAt: Instant, text: string): void {
    const key = `${sensor} ${start}`;
    const known = this.#latest.get(key);
    if (known === undefined || known.extractedAt < extractedAt) {
      this.#latest.set(key, { extractedAt, texts: [text] });
    } else if (known.extractedAt === extractedAt) {
      known.texts.push(text);
    }
  }
}

function summed(sum: ContentSum): Content {
  return { dataVersion: contentVersion(CONTENT_COLUMNS, sum), rows: sum.rows };
}
