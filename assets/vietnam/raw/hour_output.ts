import { gunzipSync, gzipSync } from "node:zlib";
import {
  type FileRef,
  HOUR,
  type Instant,
  iso,
  type ObjectStore,
  type Output,
  type Staged,
} from "../../../core/mod.ts";
import type { HourRows } from "../../../sources/openaq/question.ts";
import { type AnsweredHour, recordedVersion } from "./answered_hour.ts";
import { type Content, contentOf, HourUnion } from "./hour_content.ts";
import { fileName, HourError, nextStamp, readFile } from "./hour_files.ts";
import { instantOf, type RawRecord, recordLines } from "./record.ts";

/** An hour as answered, and where it is to be recorded. */
export interface Recording {
  readonly store: ObjectStore;
  readonly answer: HourRows;
  /** Whether all sensors were asked: then it can take the place of a file that is not as it was recorded. */
  readonly whole: boolean;
  readonly folder: string;
  /** The files that lie in the folder. */
  readonly files: readonly string[];
  /** The hour's files as they are recorded. */
  readonly recorded: readonly FileRef[];
  /** The content of all files together when the hour was answered last, where not all sensors were asked. */
  readonly onRecord: AnsweredHour | undefined;
  readonly now: Instant;
  readonly staging: string;
}

type HourOutput = Required<Pick<Output, "dataVersion" | "rows" | "staged" | "kept">> & {
  /** Files of the folder that are left out: their content is another hour's. */
  readonly strangers: readonly string[];
};

/**
 * Records an answer: as a further file if it adds to what the folder's files hold together, or changes it. Files that
 * lie there stay, also those that no state knows; but the answer takes the place of one that is not as it was recorded,
 * and one with rows of another hour is left out.
 *
 * @throws {HourError} If a file is not whole that no answer replaces, or a row is not the hour's: in one line.
 */
export async function recordHour(recording: Recording): Promise<HourOutput> {
  const { answer, files, now } = recording;
  assertOwnRows(answer);
  assertThere(recording);
  if (files.length === 0) {
    assertAll(recording, contentOf([]));
    const staged = answer.rows.length === 0 ? [] : [await stage(recording, now)];
    return { ...contentOf(answer.rows), staged, kept: [], strangers: [] };
  }
  const union = new HourUnion();
  const kept: FileRef[] = [];
  const replaced: Staged[] = [];
  const strangers: string[] = [];
  for (const path of files) {
    const ref = await addFile(union, recording, path);
    if (ref === "stranger") strangers.push(path);
    else if (ref === "replaced") replaced.push({ final: path, absent: true });
    else kept.push(ref);
  }
  const before = union.content();
  assertAll(recording, before);
  union.addRows(answer.rows, nextStamp(files, now));
  const content = union.content();
  if (content.dataVersion === before.dataVersion) return { ...before, staged: replaced, kept, strangers };
  return { ...content, staged: [await stage(recording, now), ...replaced], kept, strangers };
}

/** Stages the rows of the answer as a file that no other has the name of. */
async function stage({ store, answer: { rows }, folder, files, staging }: Recording, now: Instant) {
  const extractedAt = nextStamp(files, now);
  const temporary = `${staging}/${folder.replaceAll("/", ".")}`;
  const written = await store.write(temporary, gzipSync(recordLines(rows, extractedAt), { level: 1 }));
  return { final: `${folder}/${fileName(extractedAt)}`, temporary, written };
}

/** @returns The file, or why it is left out: it is not as it was recorded and the answer takes its place, or it is another hour's. */
async function addFile(
  union: HourUnion,
  { store, recorded, answer, whole }: Recording,
  path: string,
): Promise<FileRef | "replaced" | "stranger"> {
  const { ref, bytes } = await readFile(store, path);
  const known = recorded.find((file) => file.path === path);
  if (known !== undefined && known.hash !== ref.hash) {
    if (whole && answer.rows.length > 0) return "replaced";
    const found = `reading "${path}": its SHA-256 is ${ref.hash}, wanted ${known.hash} as recorded`;
    throw new HourError(found + (whole ? ", or rows that OpenAQ still answers" : `, ${ASK_ALL}`));
  }
  try {
    const records = recordsOf(path, bytes);
    if (!areOwn(answer.hour, records)) return "stranger";
    for (const record of records) union.addRecord(record);
  } catch (cause) {
    if (cause instanceof HourError) throw cause;
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new HourError(`reading "${path}": a record's ${found}`, { cause });
  }
  return ref;
}

const ASK_ALL = "or --force, which asks all sensors";

/** @throws {HourError} If a recorded file is gone and only some sensors were asked: the others' rows would be lost. */
function assertThere({ whole, files, recorded }: Recording): void {
  const lost = whole ? undefined : recorded.find(({ path }) => !files.includes(path));
  if (lost !== undefined) {
    throw new HourError(`reading "${lost.path}": it is gone, wanted the file as recorded, ${ASK_ALL}`);
  }
}

/** @throws {HourError} If files that no state knows any more are gone, and only some sensors were asked. */
function assertAll({ whole, folder, onRecord }: Recording, { rows, dataVersion }: Content): void {
  if (whole || onRecord === undefined || rows > onRecord.rows) return;
  const reading = `reading "${folder}": its files hold`;
  if (rows < onRecord.rows) {
    throw new HourError(
      `${reading} ${rows} rows, wanted the ${onRecord.rows} that were recorded, ${ASK_ALL}`,
    );
  }
  if (recordedVersion(dataVersion) === (onRecord.version ?? recordedVersion(dataVersion))) return;
  throw new HourError(`${reading} other values than were recorded last, wanted those, ${ASK_ALL}`);
}

function assertOwnRows({ hour, rows }: HourRows): void {
  const stranger = rows.find(({ start }) => !isOwn(hour, start));
  if (stranger === undefined) return;
  const { sensor, start } = stranger;
  throw new HourError(
    `recording the hour ${iso(hour)}: a row of sensor ${sensor.id} begins at ${
      iso(start)
    }, wanted one of the hour`,
  );
}

function isOwn(hour: Instant, start: Instant): boolean {
  return hour <= start && start < hour + HOUR;
}

/** Whether all of a file's records are the hour's own. */
export function areOwn(hour: Instant, records: readonly RawRecord[]): boolean {
  return records.every((record) => isOwn(hour, instantOf(record, "datetime")));
}

/** The records of a file's bytes. @throws {HourError} If they are not whole, in one line that names the file. */
export function recordsOf(path: string, bytes: Uint8Array): RawRecord[] {
  try {
    const lines = new TextDecoder().decode(gunzipSync(bytes)).split("\n").filter((line) => line !== "");
    return lines.map((line): RawRecord => JSON.parse(line));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new HourError(`reading "${path}": ${found}, wanted whole records in gzip`, { cause });
  }
}
