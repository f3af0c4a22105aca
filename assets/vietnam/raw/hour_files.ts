import {
  type AssetKey,
  type FileRef,
  HOUR,
  type Instant,
  iso,
  type ObjectStore,
  SECOND,
  sha256,
} from "../../../core/mod.ts";

/** Where raw hours lie. */
export type RawZone = "aq_raw_test" | "aq_raw_prod";

/** The asset of raw hours, and where its files lie. */
export interface RawHours {
  readonly asset: AssetKey;
  readonly zone: RawZone;
}

const HOUR_FOLDER = /^\/year=(\d{4})\/month=(\d\d)\/day=(\d\d)\/hour=(\d\d)$/;
const NAME = /^raw_openaq_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)\.json\.gz$/;

/** The folder of an hour: `aq_raw_prod/year=2018/month=01/day=01/hour=00`. */
export function hourFolder(zone: RawZone, hour: Instant): string {
  return `${dayFolder(zone, hour)}/hour=${iso(hour).slice(11, 13)}`;
}

function dayFolder(zone: RawZone, hour: Instant): string {
  const [year, month, day] = iso(hour).slice(0, 10).split("-");
  return `${zone}/year=${year}/month=${month}/day=${day}`;
}

/** The name of a file by when its records were extracted, to the second. */
export function fileName(extractedAt: Instant): string {
  return `raw_openaq_${iso(extractedAt).replace(/[-:Z]/g, "").replace("T", "_")}.json.gz`;
}

/** When the records of a further file of the folder are said to be extracted: later than those of the ones before. */
export function nextStamp(files: readonly string[], now: Instant): Instant {
  return Math.max(Math.floor(now / SECOND) * SECOND, ...files.map((path) => stampOf(path) + SECOND));
}

/** When the records of a file were extracted, as its name says. */
export function stampOf(path: string): Instant {
  return Date.parse(path.slice(path.lastIndexOf("/") + 1).replace(NAME, "$1-$2-$3T$4:$5:$6Z"));
}

/** All raw files of a zone, by hour. */
export async function filesByHour(store: ObjectStore, zone: RawZone): Promise<Map<Instant, string[]>> {
  const hours = new Map<Instant, string[]>();
  for (const path of await store.list(zone)) {
    const [folder, name] = [
      path.slice(zone.length, path.lastIndexOf("/")),
      path.slice(path.lastIndexOf("/") + 1),
    ];
    const [, year, month, day, at] = HOUR_FOLDER.exec(folder) ?? [];
    const hour = Date.parse(`${year}-${month}-${day}T${at}:00:00Z`);
    if (Number.isNaN(hour) || !NAME.test(name)) continue;
    const files = hours.get(hour);
    if (files === undefined) hours.set(hour, [path]);
    else files.push(path);
  }
  return hours;
}

/** The raw files of each hour's folder, for the days that the hours lie in; other files are passed by. */
export async function filesByFolder(
  store: ObjectStore,
  zone: RawZone,
  hours: readonly { readonly from: Instant; readonly to: Instant }[],
): Promise<Map<string, string[]>> {
  const days = new Set<string>();
  for (const { from, to } of hours) {
    for (let hour = from; hour < to; hour += HOUR) days.add(dayFolder(zone, hour));
  }
  const listed = await Promise.all([...days].map((day) => store.list(day)));
  const files = listed.flat().filter((path) => NAME.test(path.slice(path.lastIndexOf("/") + 1)));
  return Map.groupBy(files, (path) => path.slice(0, path.lastIndexOf("/")));
}

/** When the newest file of each hour was extracted; -Infinity where there is none. */
export async function recordedAt(
  store: ObjectStore,
  zone: RawZone,
  hours: readonly { readonly from: Instant; readonly to: Instant }[],
): Promise<(hour: Instant) => Instant> {
  const files = await filesByFolder(store, zone, hours);
  return (hour) => Math.max(-Infinity, ...(files.get(hourFolder(zone, hour)) ?? []).map(stampOf));
}

/** An hour cannot be recorded, for what was answered or for a file that lies there; others can. */
export class HourError extends Error {
  override readonly name = "HourError";
}

/** The bytes of a file, and what it is. @throws {HourError} If it is gone. */
export async function readFile(
  store: ObjectStore,
  path: string,
): Promise<{ readonly ref: FileRef; readonly bytes: Uint8Array }> {
  const bytes = await store.read(path);
  if (bytes === undefined) {
    throw new HourError(`reading "${path}": it is gone, wanted the file that was listed`);
  }
  return { ref: { path, size: bytes.length, hash: sha256(bytes) }, bytes };
}
