import type { AskedHour } from "../assets/vietnam/raw/asked.ts";
import type { RawZone } from "../assets/vietnam/raw/hour_files.ts";
import type { Config } from "../config.ts";
import { HOUR } from "../core/instant.ts";
import { chunks } from "../core/partition/ranges.ts";
import type { StandingRecord, State } from "../core/ports/state.ts";
import type { LakeFolder } from "../adapters/object_store/local/lake_folder.ts";
import type { LocalPublisher } from "../adapters/object_store/local/publisher.ts";
import { LocalSpool } from "../adapters/object_store/local/spool.ts";
import { LocalObjectStore } from "../adapters/object_store/local/store.ts";
import { systemClock } from "./system.ts";

/** What the upkeep of the lake's own data works with. */
export interface UpkeepParts {
  readonly config: Config;
  readonly folder: LakeFolder;
  readonly publisher: LocalPublisher;
  readonly state: State;
}

/** Hours looked up at once. */
const AT_ONCE = 10_000;

/** Records in the lake which hours were asked, where it was made before lakes held that. */
export async function recordAsked({ config, folder, publisher, state }: UpkeepParts): Promise<void> {
  const { asset, zone } = rawOf(config);
  if (await folder.existing(`${zone}/_asked`) !== undefined) return;
  const now = systemClock.now();
  const hours: AskedHour[] = [];
  for (const range of chunks([{ from: 0, to: Math.floor(now / HOUR) }], AT_ONCE)) {
    hours.push(...(await state.standing(asset, [range])).map(askedHourOf));
  }
  if (hours.length === 0) return;
  const { writeAsked } = await import("../assets/vietnam/raw/asked_records.ts");
  await writeAsked({ store: new LocalObjectStore(folder), publisher }, zone, hours, now);
}

function askedHourOf({ partition, event: { at, payload: { rows, metadata } } }: StandingRecord): AskedHour {
  const silent = metadata.sensors_set_aside?.value;
  return {
    hour: partition * HOUR,
    rows: rows ?? 0,
    askedAt: at,
    extractedAt: at,
    setAside: typeof silent === "string" ? silent.split(", ").map(Number) : [],
  };
}

/** Deletes answers of OpenAQ that nobody needs any more, and folds the records of what was asked. */
export async function tidyOwnData({ config, folder, publisher, state }: UpkeepParts): Promise<void> {
  const [{ sweepAnswers }, { foldAsked }] = await Promise.all([
    import("../sources/openaq/answers.ts"),
    import("../assets/vietnam/raw/asked_records.ts"),
  ]);
  const now = systemClock.now();
  await sweepAnswers(new LocalSpool(folder), now);
  // A publication that was begun and not ended may still be put back, and its record with it.
  if ((await state.claims()).length > 0) return;
  await foldAsked({ store: new LocalObjectStore(folder), publisher }, rawOf(config).zone, now);
}

/** The asset of raw hours and its zone. */
export function rawOf({ environment }: Config): { readonly asset: string; readonly zone: RawZone } {
  return environment === "dev"
    ? { asset: "vietnam/raw_test", zone: "aq_raw_test" }
    : { asset: "vietnam/raw_prod", zone: "aq_raw_prod" };
}
