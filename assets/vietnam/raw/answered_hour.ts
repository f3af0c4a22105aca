import { HOUR, type Instant, iso, type ObjectStore, type Staged } from "../../../core/mod.ts";
import type { RawZone } from "./hour_files.ts";

/** An hour that was answered: kept in the lake, so that an hour without rows, too, is known without any state. */
export interface AnsweredHour {
  readonly hour: Instant;
  /** How many rows its files hold together. */
  readonly rows: number;
  /** The beginning of its data version, which tells of other content; records of before 0.3 do not say. */
  readonly version?: string | undefined;
  readonly askedAt: Instant;
  /** When its records were extracted. */
  readonly extractedAt: Instant;
  /** The sensors that were not asked, ascending: they had been set aside. */
  readonly setAside: readonly number[];
}

/** Consecutive hours that were answered alike, as a record holds them. */
interface Entry {
  readonly from: string;
  /** Of each hour, from the first on. */
  readonly rows: number[];
  readonly asked_at: string;
  readonly extracted_at: string;
  readonly set_aside?: readonly number[];
  /** Of each hour, from the first on. */
  readonly versions?: string[];
}

/** As much of a data version as records keep. */
export function recordedVersion(dataVersion: string): string {
  return dataVersion.slice(0, 8);
}

/** The folder of a zone's records. */
export function answersFolder(zone: RawZone): string {
  return `${zone}/_asked`;
}

/** How the names of records begin that were made at an instant: they ascend by it. */
export function answersAtOrAfter(zone: RawZone, instant: Instant): string {
  return `${answersFolder(zone)}/${new Date(instant).toISOString().replace(/[-:.]/g, "")}`;
}

/** A name for a record that no other has. */
export function answersName(zone: RawZone, instant: Instant): string {
  return `${answersAtOrAfter(zone, instant)}-${crypto.randomUUID()}.json`;
}

/** Stages a record of hours that were answered together. */
export async function stageAnswers(
  store: ObjectStore,
  zone: RawZone,
  hours: readonly AnsweredHour[],
  { askedAt, staging }: { readonly askedAt: Instant; readonly staging: string },
): Promise<Staged & { readonly temporary: string }> {
  const final = answersName(zone, askedAt);
  const temporary = `${staging}/asked.${final.slice(final.lastIndexOf("/") + 1)}`;
  const written = await store.write(temporary, new TextEncoder().encode(answersText(hours)));
  return { final, temporary, written };
}

function answersText(hours: readonly AnsweredHour[]): string {
  const entries: Entry[] = [];
  let [last, next] = ["", NaN];
  for (
    const { hour, rows, version, askedAt, extractedAt, setAside } of hours.toSorted((a, b) => a.hour - b.hour)
  ) {
    const alike = {
      asked_at: iso(askedAt),
      extracted_at: iso(extractedAt),
      ...(setAside.length > 0 && { set_aside: setAside }),
    };
    const versions = version === undefined ? [] : [version];
    const key = JSON.stringify([alike, versions.length]);
    if (hour === next && key === last) {
      const entry = entries.at(-1)!;
      entry.rows.push(rows);
      entry.versions?.push(...versions);
    } else {entries.push({
        from: iso(hour),
        rows: [rows],
        ...alike,
        ...(versions.length > 0 && { versions }),
      });}
    [last, next] = [key, hour + HOUR];
  }
  return `{"hours":[\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]}\n`;
}
