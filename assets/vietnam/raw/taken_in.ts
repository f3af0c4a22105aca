import {
  type FileRef,
  HOUR,
  hourly,
  type Instant,
  iso,
  type Metadata,
  type ObjectStore,
  type TakeInContext,
  type TakenIn,
} from "../../../core/mod.ts";
import type { Resources } from "../../resources.ts";
import type { AnsweredHour } from "./answered_hour.ts";
import { answeredHours } from "./answer_records.ts";
import { HourUnion } from "./hour_content.ts";
import { filesByHour, HourError, type RawZone, readFile, stampOf } from "./hour_files.ts";
import { areOwn, recordsOf } from "./hour_output.ts";

const hours = hourly({ start: "1970-01-01", timeZone: "UTC" });
/** Hours read side by side. */
const AT_ONCE = 24;
/** Hours taken in together. */
const GROUP = 480;
/** The hash of no file: a file that is recorded with it is not as it was recorded. */
const NO_HASH = "0".repeat(64);

/** The files of an hour as they lie in the lake, put together. */
interface HeldHour {
  readonly union: HourUnion;
  readonly files: readonly FileRef[];
  /** Files with rows of another hour, which are left out. */
  readonly strangers: readonly string[];
  /** Why one of the files cannot be read. */
  readonly damage: string | undefined;
}

/**
 * The hours of a zone by the lake's records of what was asked, and by the files that lie there. Of an hour whose files
 * hold fewer rows than were recorded, some are lost: it is left out, and asked anew.
 */
export async function* rawHoursInLake(
  zone: RawZone,
  { resources: { store, openaq }, progress, warn, now }: TakeInContext<Resources>,
): AsyncGenerator<TakenIn[]> {
  const { hours: recorded, damaged } = await answeredHours(store, zone);
  for (const { problem } of damaged) {
    warn(`${problem}: hours without rows of which it alone speaks are asked anew`);
  }
  const asked = new Map(recorded.map((each) => [each.hour, each]));
  const files = await filesByHour(store, zone);
  const all = [...new Set([...asked.keys(), ...files.keys()])].sort((a, b) => a - b);
  const lost: Instant[] = [];
  for (let i = 0; i < all.length; i += GROUP) {
    const group: TakenIn[] = [];
    for (const some of inParts(all.slice(i, i + GROUP), AT_ONCE)) {
      const taken = await Promise.all(some.map(async (hour) => {
        const held = await readHour(store, hour, files.get(hour) ?? []);
        return takenIn(hour, held, asked.get(hour), now) ?? hour;
      }));
      for (const each of taken) typeof each === "number" ? lost.push(each) : group.push(each);
    }
    yield group;
    progress(Math.min(i + GROUP, all.length), all.length, "hours");
  }
  if (lost.length > 0) {
    warn(`files of ${lost.length} hours, the first ${iso(lost[0]!)}, are not there: they are asked anew`);
  }
  for (const [sensor, { ranges, lastAsked }] of owed(recorded)) await openaq.owes(sensor, ranges, lastAsked);
}

async function readHour(store: ObjectStore, hour: Instant, paths: readonly string[]): Promise<HeldHour> {
  const union = new HourUnion();
  const files: FileRef[] = [];
  const strangers: string[] = [];
  let damage: string | undefined;
  for (const path of paths) {
    const { ref, bytes } = await readFile(store, path);
    try {
      const records = recordsOf(path, bytes);
      if (areOwn(hour, records)) {
        for (const record of records) union.addRecord(record);
        files.push(ref);
      } else strangers.push(path);
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      damage ??= cause instanceof HourError ? found : `reading "${path}": a record's ${found}`;
      files.push({ ...ref, hash: NO_HASH });
    }
  }
  return { union, files, strangers, damage };
}

/** @returns Undefined if rows that were recorded are not there. */
function takenIn(
  hour: Instant,
  { union, files, strangers, damage }: HeldHour,
  asked: AnsweredHour | undefined,
  now: Instant,
): TakenIn | undefined {
  const { dataVersion, rows } = union.content();
  if (damage === undefined && rows < (asked?.rows ?? 0)) return undefined;
  if (files.length === 0 && asked === undefined) return undefined;
  const setAside = asked?.setAside ?? [];
  const metadata: Metadata = {
    ...(setAside.length > 0 && { sensors_set_aside: { type: "text", value: setAside.join(", ") } }),
    ...(strangers.length > 0 && { strangers: { type: "text", value: strangers.join(", ") } }),
  };
  const stamps = files.map(({ path }) => stampOf(path));
  const asOf = Math.min(now, Math.max(asked?.askedAt ?? -Infinity, ...stamps));
  return {
    partition: hours.at(hour),
    dataVersion,
    rows,
    files,
    metadata,
    asOf,
    ...(damage !== undefined && { damage }),
  };
}

/** By sensor, the hours that were recorded last without it, and when. */
function owed(recorded: readonly AnsweredHour[]) {
  const found = new Map<number, { ranges: { from: Instant; to: Instant }[]; lastAsked: Instant }>();
  for (const { hour, setAside, askedAt } of recorded) {
    for (const sensor of setAside) {
      const known = found.get(sensor) ?? { ranges: [], lastAsked: askedAt };
      const last = known.ranges.at(-1);
      if (last?.to === hour) last.to = hour + HOUR;
      else known.ranges.push({ from: hour, to: hour + HOUR });
      found.set(sensor, { ...known, lastAsked: Math.max(known.lastAsked, askedAt) });
    }
  }
  return found;
}

function* inParts<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}
