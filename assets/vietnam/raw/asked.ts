import { HOUR, type Instant, iso, type ObjectStore, type Staged } from "../../../core/mod.ts";
import type { RawZone } from "./hour_files.ts";

/** An hour that was answered: kept in the lake, so that an hour without rows, too, is known without any state. */
export interface AskedHour {
  readonly hour: Instant;
  /** How many rows its files hold together. */
  readonly rows: number;
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
}

/** The folder of a zone's records. */
export function askedFolder(zone: RawZone): string {
  return `${zone}/_asked`;
}

/** How the names of records begin that were made at an instant: they ascend by it. */
export function askedAtOrAfter(zone: RawZone, instant: Instant): string {
  return `${askedFolder(zone)}/${new Date(instant).toISOString().replace(/[-:.]/g, "")}`;
}

/** A name for a record that no other has. */
export function askedName(zone: RawZone, instant: Instant): string {
  return `${askedAtOrAfter(zone, instant)}-${crypto.randomUUID()}.json`;
}

/** Stages a record of hours that were answered together. */
export async function stageAsked(
  store: ObjectStore,
  zone: RawZone,
  hours: readonly AskedHour[],
  { askedAt, staging }: { readonly askedAt: Instant; readonly staging: string },
): Promise<Staged & { readonly temporary: string }> {
  const final = askedName(zone, askedAt);
  const temporary = `${staging}/asked.${final.slice(final.lastIndexOf("/") + 1)}`;
  const written = await store.write(temporary, new TextEncoder().encode(askedText(hours)));
  return { final, temporary, written };
}

function askedText(hours: readonly AskedHour[]): string {
  const entries: Entry[] = [];
  let [last, next] = ["", NaN];
  for (const { hour, rows, askedAt, extractedAt, setAside } of hours.toSorted((a, b) => a.hour - b.hour)) {
    const alike = {
      asked_at: iso(askedAt),
      extracted_at: iso(extractedAt),
      ...(setAside.length > 0 && { set_aside: setAside }),
    };
    const key = JSON.stringify(alike);
    if (hour === next && key === last) entries.at(-1)!.rows.push(rows);
    else entries.push({ from: iso(hour), rows: [rows], ...alike });
    [last, next] = [key, hour + HOUR];
  }
  return `{"hours":[\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]}\n`;
}
