import {
  canonicalJson,
  type FileRef,
  iso,
  type ObjectStore,
  sha256,
  type TakeInContext,
  type TakenIn,
} from "../../core/mod.ts";
import type { Location } from "../../sources/openaq/schema.ts";
import type { Resources } from "../resources.ts";

/** The content of a reference file: what is read of its text. */
export type ReadText = (text: string) => Omit<TakenIn, "partition" | "files"> | undefined;

/**
 * A reference file as it lies in the lake, after those of its versions that are kept.
 *
 * @param read Undefined for a text that is none of its own.
 */
export async function* referenceInLake(
  path: string,
  read: ReadText,
  { resources: { store }, kept, measure, warn }: TakeInContext<Resources>,
): AsyncGenerator<TakenIn[]> {
  const [standing] = await measure([path]);
  const found = standing && await contentAt(store, standing, read);
  if (standing !== undefined && found === undefined) {
    warn(`reading "${path}": it is not whole, wanted it as it was written: it is made anew`);
  }
  if (found === undefined) return;
  const earlier: TakenIn[] = [];
  for (const { ref, folder, dataVersion } of await kept(path.slice(0, path.lastIndexOf("/")))) {
    if (!path.startsWith(`${folder}/`)) continue;
    const version = await contentAt(store, ref, read);
    // Several files of one folder are kept side by side: each knows its own.
    if (version?.dataVersion !== dataVersion || dataVersion === found.dataVersion) continue;
    earlier.push({ partition: 0, ...version, files: [{ ...ref, path }] });
  }
  yield [...earlier, { partition: 0, ...found, files: [standing!] }];
}

async function contentAt(store: ObjectStore, { path }: FileRef, read: ReadText) {
  const bytes = await store.read(path);
  if (bytes === undefined) return undefined;
  try {
    return read(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The content of the file of locations. They were asked for at its newest row at the earliest. */
export function locationsIn(text: string): Omit<TakenIn, "partition" | "files"> | undefined {
  const locations: Location[] = JSON.parse(text);
  if (!Array.isArray(locations) || locations.length === 0 || canonicalJson(locations) !== text) {
    return undefined;
  }
  const asOf = Math.max(
    0,
    ...locations.flatMap(({ datetimeLast }) => datetimeLast ? [Date.parse(datetimeLast.utc)] : []),
  );
  return {
    dataVersion: sha256(text).slice(0, 32),
    rows: locations.length,
    metadata: {
      asked_at: { type: "text", value: iso(asOf) },
      sensors: { type: "number", value: locations.reduce((sum, { sensors }) => sum + sensors.length, 0) },
    },
    asOf,
  };
}
