import type { Json, KeyValue, Log, Spool, Versioned } from "../../../core/mod.ts";
import type { HoursOnRecord } from "../../../sources/openaq/owing.ts";
import { clipped, type TimeRange } from "../../../sources/openaq/ranges.ts";

/** Values in memory. */
export function memoryKeyValue(): KeyValue {
  const values = new Map<string, Versioned>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    list: (prefix) => Promise.resolve(new Map([...values].filter(([key]) => key.startsWith(prefix)).sort())),
    put(key, value, expected) {
      const version = values.get(key)?.version ?? 0;
      if (version !== expected) return Promise.resolve(false);
      values.set(key, { value: JSON.parse(JSON.stringify(value)), version: version + 1 });
      return Promise.resolve(true);
    },
    delete(key) {
      values.delete(key);
      return Promise.resolve();
    },
  };
}

/** Answers in memory, and what is wanted. */
export function memorySpool(): Spool & { readonly answers: number; readonly size: number } {
  const values = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    get answers() {
      return [...values.keys()].filter((key) => !key.startsWith("wanted/")).length;
    },
    get size() {
      return values.size;
    },
    list: (prefix = "") => Promise.resolve([...values.keys()].filter((key) => key.startsWith(prefix))),
    get: (key) => Promise.resolve(values.get(key)),
    put(key, bytes) {
      values.set(key, bytes.slice());
      return Promise.resolve();
    },
    delete(keys) {
      for (const key of keys) values.delete(key);
      return Promise.resolve();
    },
    discardPartial: () => Promise.resolve(),
  };
}

/** A log that keeps its lines as text. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields: Readonly<Record<string, Json>> = {}) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  return { lines, debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** Hours on record: those that stand since an event, and what was said to be due. */
export function memoryRecord(): HoursOnRecord & {
  stand(hours: readonly TimeRange[]): void;
  readonly dues: { readonly hours: readonly TimeRange[]; readonly why: string }[];
} {
  const standing: (TimeRange & { readonly event: number })[] = [];
  const dues: { readonly hours: readonly TimeRange[]; readonly why: string }[] = [];
  let event = 0;
  return {
    dues,
    stand: (hours) => standing.push(...hours.map((range) => ({ ...range, event: ++event }))),
    look: () =>
      Promise.resolve((hours, before) => {
        const known = standing.filter(({ event }) => event < (before ?? Infinity));
        return { hours: known.flatMap((range) => clipped(hours, range)), overtaken: false };
      }),
    due(hours, why) {
      dues.push({ hours, why });
      return Promise.resolve(++event);
    },
  };
}
