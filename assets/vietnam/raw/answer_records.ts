import { z } from "zod";
import {
  type FileRef,
  HOUR,
  type Instant,
  type ObjectStore,
  type Publisher,
  sha256,
} from "../../../core/mod.ts";
import { type AnsweredHour, answersAtOrAfter, answersFolder, stageAnswers } from "./answered_hour.ts";
import { listAnswers } from "./answer_list.ts";
import type { RawZone } from "./hour_files.ts";

const TIME = z.iso.datetime().transform((text) => Date.parse(text));
const RECORD = z.object({
  hours: z.array(z.object({
    from: TIME.refine((instant) => instant % HOUR === 0, "wanted a full hour"),
    rows: z.array(z.number().int().nonnegative()),
    asked_at: TIME,
    extracted_at: TIME,
    set_aside: z.array(z.number().int()).default([]),
    versions: z.array(z.string()).default([]),
  })),
});

/** The records of a zone, read. */
export interface AnswerRecords {
  /** Each hour that was ever answered, ascending, as it was answered last. */
  readonly hours: readonly AnsweredHour[];
  /** The records that could be read. */
  readonly read: readonly FileRef[];
  /** Those that cannot. */
  readonly damaged: readonly DamagedRecord[];
}

export interface DamagedRecord {
  readonly ref: FileRef;
  /** In a line that names the file, why it cannot be read. */
  readonly problem: string;
}

/**
 * The hours of a zone that were answered, from the lake alone.
 *
 * @param known Records that were seen before: who finds one with other bytes cannot rely on it. @default none
 */
export async function answeredHours(
  store: ObjectStore,
  zone: RawZone,
  known: readonly FileRef[] = [],
): Promise<AnswerRecords> {
  return await union(store, await store.list(answersFolder(zone)), known);
}

const STAGING = "_staging/asked";
/** How old a record is before it is folded: whoever put it in place has ended. */
const SETTLED = HOUR;

/** Folds the older records of a zone into one; a reader knows as much at every moment. Those damaged stay. */
export async function foldAnswers(
  { store, publisher }: { readonly store: ObjectStore; readonly publisher: Publisher },
  zone: RawZone,
  now: Instant,
): Promise<void> {
  const young = answersAtOrAfter(zone, now - SETTLED);
  const all = await store.list(answersFolder(zone));
  const old = all.filter((path) => path < young);
  const { hours, read } = await union(store, old);
  if (read.length < 2) return;
  const folded = await writeAnswers({ store, publisher }, zone, hours, now - SETTLED - 1);
  const gone = new Set(read.map(({ path }) => path));
  await listAnswers(store, zone, [...all.filter((path) => !gone.has(path)), folded.path]);
  await publisher.remove(read);
}

/** Puts a record in place. @returns It as it stands. */
export async function writeAnswers(
  { store, publisher }: { readonly store: ObjectStore; readonly publisher: Publisher },
  zone: RawZone,
  hours: readonly AnsweredHour[],
  now: Instant,
): Promise<FileRef> {
  const staged = [await stageAnswers(store, zone, hours, { askedAt: now, staging: STAGING })];
  const [record] = await publisher.measure(staged);
  await publisher.replace(staged, [record!]);
  await publisher.clear(STAGING);
  return record!;
}

async function union(
  store: ObjectStore,
  paths: readonly string[],
  known: readonly FileRef[] = [],
): Promise<AnswerRecords> {
  const before = new Map(known.map(({ path, hash }) => [path, hash]));
  const latest = new Map<Instant, AnsweredHour>();
  const [read, damaged]: [FileRef[], DamagedRecord[]] = [[], []];
  for (const path of paths) {
    const bytes = await store.read(path);
    if (bytes === undefined) continue; // another has folded it
    const ref = { path, size: bytes.length, hash: sha256(bytes) };
    const record = parsed(bytes);
    const isAltered = (before.get(path) ?? ref.hash) !== ref.hash;
    if (!record.success || isAltered) {
      const found = record.success ? "found other bytes than before" : problem(record.error);
      damaged.push({ ref, problem: `reading "${path}": ${found}, wanted a record of hours that were asked` });
      continue;
    }
    read.push(ref);
    for (const { from, rows, asked_at, extracted_at, set_aside, versions } of record.data.hours) {
      for (const [i, count] of rows.entries()) {
        const hour = from + i * HOUR;
        const found = {
          hour,
          rows: count,
          ...(versions[i] !== undefined && { version: versions[i] }),
          askedAt: asked_at,
          extractedAt: extracted_at,
          setAside: set_aside,
        };
        if (isLater(found, latest.get(hour))) latest.set(hour, found);
      }
    }
  }
  return { hours: [...latest.values()].sort((a, b) => a.hour - b.hour), damaged, read };
}

/** Rows gone upstream stay: of what was extracted at once, the more is the later. */
function isLater(a: AnsweredHour, b: AnsweredHour | undefined): boolean {
  if (b === undefined) return true;
  return (a.extractedAt - b.extractedAt || a.askedAt - b.askedAt || a.rows - b.rows) > 0;
}

function parsed(bytes: Uint8Array) {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch { /* no JSON is no record */ }
  return RECORD.safeParse(json);
}

function problem({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join(".") || "the file"}: ${issue?.message ?? "something else"}`;
}
