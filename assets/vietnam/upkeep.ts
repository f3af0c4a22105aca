import { type AssetKey, chunks, HOUR, type MaterializationRecord } from "../../core/mod.ts";
import type { UpkeepContext } from "../group.ts";
import type { AskedHour } from "./raw/asked.ts";
import type { RawZone } from "./raw/hour_files.ts";

/** The asset of raw hours, and where its files lie. */
export interface RawHours {
  readonly asset: AssetKey;
  readonly zone: RawZone;
}

/** Hours looked up at once. */
const AT_ONCE = 10_000;

/** Records in the lake which hours were asked, where it was made before lakes held that. */
export async function recordAsked(
  { asset, zone }: RawHours,
  { state, store, publisher, now }: UpkeepContext,
): Promise<void> {
  if ((await store.list(`${zone}/_asked`)).length > 0) return;
  const hours: AskedHour[] = [];
  for (const range of chunks([{ from: 0, to: Math.floor(now / HOUR) }], AT_ONCE)) {
    hours.push(...(await state.materializations(asset, [range])).map(askedHourOf));
  }
  if (hours.length === 0) return;
  const { writeAsked } = await import("./raw/asked_records.ts");
  await writeAsked({ store, publisher }, zone, hours, now);
}

function askedHourOf(
  { partition, event: { at, payload: { rows, metadata } } }: MaterializationRecord,
): AskedHour {
  const silent = metadata.sensors_set_aside?.value;
  return {
    hour: partition * HOUR,
    rows: rows ?? 0,
    askedAt: at,
    extractedAt: at,
    setAside: typeof silent === "string" ? silent.split(", ").map(Number) : [],
  };
}

/** Folds the records of what was asked. */
export async function tidyAsked(
  { zone }: RawHours,
  { state, store, publisher, now }: UpkeepContext,
): Promise<void> {
  // A publication that was begun and not ended may still be put back, and its record with it.
  if ((await state.claims()).length > 0) return;
  const { foldAsked } = await import("./raw/asked_records.ts");
  await foldAsked({ store, publisher }, zone, now);
}
