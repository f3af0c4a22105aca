import { z } from "zod";
import { HOUR, type Instant, type Milliseconds, type Spool } from "../../core/mod.ts";
import { hullOf, overlaps, type TimeRange, without } from "./ranges.ts";
import { opened, sealed } from "./sealed.ts";
import type { Stored } from "./stored.ts";
import { PAGE_LIMIT } from "./client.ts";

/** The hours that a history was asked for, kept as long as some of them do not stand. */
export interface Wanted {
  /** Where it is kept. */
  readonly key: string;
  /** When one of its hours last came to stand. */
  readonly touched: Instant;
  /** Those that do not stand yet. */
  readonly open: readonly TimeRange[];
}

/** How the keys of wants begin. */
export const WANTED = "wanted/";
const RANGES = z.array(z.tuple([z.number(), z.number()]));
const KEPT = z.object({
  touched: z.number(),
  open: RANGES,
});

/** The record of a want that begins now. */
export function wantedFrom(now: Instant, ranges: readonly TimeRange[]): Wanted {
  return { key: WANTED + crypto.randomUUID(), touched: now, open: ranges };
}

/** The wants kept under the keys; those gone or damaged are passed by. */
export async function wantsIn(spool: Spool, keys: readonly string[]): Promise<Wanted[]> {
  const found = await Promise.all(keys.map((key) => getWanted(spool, key)));
  return found.filter((wanted) => wanted !== undefined);
}

export function isWantedKey(key: string): boolean {
  return key.startsWith(WANTED);
}

/** The value kept under the key; undefined where it is gone or damaged. */
async function getWanted(spool: Spool, key: string): Promise<Wanted | undefined> {
  const kept = await spool.get(key);
  const bytes = kept && opened(key, kept);
  if (bytes === undefined) return undefined;
  const { touched, open } = KEPT.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return { key, touched, open: open.map(rangeOf) };
}

export async function putWanted(spool: Spool, { key, touched, open }: Wanted): Promise<void> {
  const kept = { touched, open: open.map(pairOf) };
  await spool.put(key, sealed(key, new TextEncoder().encode(JSON.stringify(kept))));
}

/** The rest of a want once the hours are recorded. */
export function withRecorded(wanted: Wanted, hours: readonly TimeRange[], now: Instant): Wanted {
  if (!wanted.open.some((open) => hours.some((range) => overlaps(open, range)))) return wanted;
  return { ...wanted, touched: now, open: without(wanted.open, hours) };
}

/** Whether an answer has rows of hours that are wanted and do not stand yet. */
export function isOfUse(answer: Stored, { open }: Wanted): boolean {
  return open.some((range) => overlaps(answer, rowsOf(range)));
}

/** When rows of the hours end: (from, to]. A row may end an hour after the hour it began in. */
export function rowsOf({ from, to }: TimeRange): TimeRange {
  return { from, to: to + HOUR };
}

const rangeOf = ([from, to]: [Instant, Instant]): TimeRange => ({ from, to });
const pairOf = ({ from, to }: TimeRange): [Instant, Instant] => [from, to];

/** Whether what two want is so near that the rest of a page of the one may hold rows of the other. */
export function sharesPages(some: readonly TimeRange[], others: readonly TimeRange[]): boolean {
  if (some.length === 0 || others.length === 0) return false;
  const [a, b] = [hullOf(some), hullOf(others)];
  return Math.max(a.from - b.to, b.from - a.to) <= Math.max(restOfPage(a), restOfPage(b));
}

function restOfPage({ from, to }: TimeRange): Milliseconds {
  const page = PAGE_LIMIT * HOUR;
  return Math.ceil((to - from) / page) * page - (to - from);
}
