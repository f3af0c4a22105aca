import { hash } from "node:crypto";
import type { Written } from "../../../core/mod.ts";
import { each } from "../each.ts";
import type { Head, S3Bucket } from "./bucket.ts";

/** Requests to a bucket that are open at once. */
export const WIDTH = 16;
/** More objects than this are looked at by listing what lies around them. */
const FEW = 8;

/** Looks at many objects at once. */
export async function headsOf(
  bucket: S3Bucket,
  keys: readonly string[],
  width: number,
): Promise<(Head | undefined)[]> {
  const found: (Head | undefined)[] = new Array(keys.length);
  await each(keys, width, async (key, place) => {
    found[place] = await bucket.head(key);
  });
  return found;
}

/** The measure of an object that was looked at; its bytes are read where nobody says their hash. */
export async function measureOf(
  bucket: S3Bucket,
  key: string,
  head: Head | undefined,
): Promise<Written | undefined> {
  if (head === undefined) return undefined;
  if (head.hash !== undefined) return { size: head.size, hash: head.hash };
  const found = await bucket.get(key);
  return found && { size: found.bytes.length, hash: hash("sha256", found.bytes) };
}

/** The sizes of those objects that are there, by key. */
export async function sizesOf(
  bucket: S3Bucket,
  keys: readonly string[],
  width: number,
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  if (keys.length <= FEW) {
    const heads = await headsOf(bucket, keys, width);
    for (const [place, head] of heads.entries()) if (head !== undefined) sizes.set(keys[place]!, head.size);
    return sizes;
  }
  const wanted = new Set(keys);
  for (const zone of Map.groupBy(keys, (key) => key.split("/", 1)[0]!).values()) {
    const first = zone.reduce((least, key) => key < least ? key : least);
    const last = zone.reduce((most, key) => key > most ? key : most);
    for await (const { key, size } of bucket.list(shared(first, last), first.slice(0, -1))) {
      if (key > last) break;
      if (wanted.has(key)) sizes.set(key, size);
    }
  }
  return sizes;
}

/** What both begin with. */
function shared(first: string, last: string): string {
  let length = 0;
  while (length < first.length && first[length] === last[length]) length++;
  return first.slice(0, length);
}
