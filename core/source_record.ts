import type { Instant } from "./instant.ts";
import type { KeyValue, Versioned } from "./ports/key_value.ts";

/** The record of a source that assets ask: people are told, and steps wait, by this one record. */
export interface SourceRecord {
  /** When it last answered, to a minute; null where it never did. */
  readonly answered: Instant | null;
  /** Since when questions fail for good while none is answered; null while it is well. */
  readonly since: Instant | null;
  /** When the last of them failed. */
  readonly at: Instant | null;
  /** The last error, in one line. */
  readonly message: string;
  /** Whether it is the source that is down, and not only what one question asked for. */
  readonly isDown: boolean;
  /** When it was last asked only to see whether it answers. */
  readonly probed: Instant | null;
}

const PREFIX = "sources/";

const UNKNOWN: SourceRecord = {
  answered: null,
  since: null,
  at: null,
  message: "",
  isDown: false,
  probed: null,
};

/** The record of a source, by the pool of the assets that ask it. */
export async function sourceRecord(
  store: KeyValue,
  pool: string,
): Promise<{ readonly record: SourceRecord; readonly version: number }> {
  const kept = await store.get(PREFIX + pool);
  return { record: recordOf(kept), version: kept?.version ?? 0 };
}

/** The records of all sources, by pool. */
export async function sourceRecords(store: KeyValue): Promise<ReadonlyMap<string, SourceRecord>> {
  const kept = await store.list(PREFIX);
  return new Map([...kept].map(([key, value]) => [key.slice(PREFIX.length), recordOf(value)]));
}

/** The record of a source that answered. */
export function answeredAt(at: Instant, { probed }: Pick<SourceRecord, "probed">): SourceRecord {
  return { ...UNKNOWN, answered: at, probed };
}

/** Writes a record, if nobody has written it since it was read as of a version. @returns Whether it was. */
export async function putSource(
  store: KeyValue,
  pool: string,
  record: SourceRecord,
  version: number,
): Promise<boolean> {
  return await store.put(PREFIX + pool, { ...record }, version);
}

/** Changes what is known of a source, whoever writes beside; `change` answers what it was given where nothing is to be. */
export async function changeSource(
  store: KeyValue,
  pool: string,
  change: (known: SourceRecord) => SourceRecord,
): Promise<SourceRecord> {
  for (;;) {
    const { record, version } = await sourceRecord(store, pool);
    const next = change(record);
    if (next === record || await putSource(store, pool, next, version)) return next;
  }
}

/** Records of before had nothing while a source was well, and did not say when it answered. */
function recordOf(kept: Versioned | undefined): SourceRecord {
  return { ...UNKNOWN, ...kept?.value as Partial<SourceRecord> | null };
}
