import { z } from "zod";
import type { ObjectStore } from "../../../core/mod.ts";
import { answersFolder } from "./answered_hour.ts";
import type { RawZone } from "./hour_files.ts";

const LIST = z.object({ records: z.array(z.string()) });

/** The lake's own list of a zone's records, by which one is missed that no state here has ever known. */
export function answerList(zone: RawZone): string {
  return `${answersFolder(zone)}.json`;
}

/** Lists records that are in place, and will not be put back; those that were listed before stay listed. */
export async function listFurther(store: ObjectStore, zone: RawZone): Promise<void> {
  const listed = await listedIn(store, zone) ?? [];
  await listAnswers(store, zone, new Set([...listed, ...await store.list(answersFolder(zone))]));
}

/**
 * Lists these records and no others. Of two that do so at once the list of one stays: it may lack a record of the other,
 * which whoever opens the lake to write next adds, or name one that was folded, for which it is looked in vain once.
 */
export async function listAnswers(store: ObjectStore, zone: RawZone, paths: Iterable<string>): Promise<void> {
  const text = JSON.stringify({ records: [...paths].sort() });
  await store.write(answerList(zone), new TextEncoder().encode(`${text}\n`));
}

/** Whether all records that the lake lists are among these; a list that is gone or cannot be read does not say so. */
export async function isAllThere(
  store: ObjectStore,
  zone: RawZone,
  paths: readonly string[],
): Promise<boolean> {
  const there = new Set(paths);
  const listed = await listedIn(store, zone);
  return listed === undefined ? paths.length === 0 : listed.every((path) => there.has(path));
}

/** Undefined where there is no list, or none that can be read. */
async function listedIn(store: ObjectStore, zone: RawZone): Promise<readonly string[] | undefined> {
  const bytes = await store.read(answerList(zone));
  if (bytes === undefined) return undefined;
  try {
    return LIST.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data?.records;
  } catch {
    return undefined;
  }
}
