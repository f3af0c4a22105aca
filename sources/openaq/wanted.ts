import { z } from "zod";
import { HOUR, type Instant, type Milliseconds, type Spool } from "../../core/mod.ts";
import { overlaps, type TimeRange, without } from "./ranges.ts";
import { opened, sealed } from "./sealed.ts";
import type { Stored } from "./stored.ts";

/** The hours that a history was asked for, kept as long as some of them do not stand. */
export interface Wanted {
  /** Where it is kept. */
  readonly key: string;
  readonly begun: Instant;
  /** When one of its hours last came to stand. */
  readonly touched: Instant;
  readonly forced: boolean;
  readonly ranges: readonly TimeRange[];
  /** Those that do not stand yet. */
  readonly open: readonly TimeRange[];
}

/** For how long a forced run that was interrupted may be taken up by another. */
const TAKEN_UP_WITHIN: Milliseconds = HOUR;
const PREFIX = "wanted/";
const RANGES = z.array(z.tuple([z.number(), z.number()]));
const KEPT = z.object({
  begun: z.number(),
  touched: z.number(),
  forced: z.boolean(),
  ranges: RANGES,
  open: RANGES,
});

/** The record of a want that begins now. */
export function wantedFrom(now: Instant, ranges: readonly TimeRange[], forced: boolean): Wanted {
  return { key: PREFIX + crypto.randomUUID(), begun: now, touched: now, forced, ranges, open: ranges };
}

export function isWantedKey(key: string): boolean {
  return key.startsWith(PREFIX);
}

/** The value kept under the key; undefined where it is gone or damaged. */
export async function getWanted(spool: Spool, key: string): Promise<Wanted | undefined> {
  const kept = await spool.get(key);
  const bytes = kept && opened(key, kept);
  if (bytes === undefined) return undefined;
  const { ranges, open, ...rest } = KEPT.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return { key, ...rest, ranges: ranges.map(rangeOf), open: open.map(rangeOf) };
}

export async function putWanted(spool: Spool, { key, ranges, open, ...rest }: Wanted): Promise<void> {
  const kept = { ...rest, ranges: ranges.map(pairOf), open: open.map(pairOf) };
  await spool.put(key, sealed(key, new TextEncoder().encode(JSON.stringify(kept))));
}

/** The rest of a want once the hours are recorded. */
export function withRecorded(wanted: Wanted, hours: readonly TimeRange[], now: Instant): Wanted {
  if (!wanted.open.some((open) => hours.some((range) => overlaps(open, range)))) return wanted;
  return { ...wanted, touched: now, open: without(wanted.open, hours) };
}

/**
 * Whether an answer has rows of hours that are wanted. A forced history that is begun again asks for all its hours anew:
 * its answers are of use until all stand.
 */
export function isOfUse({ from, to }: Stored, { forced, ranges, open }: Wanted): boolean {
  if (open.length === 0) return false;
  return (forced ? ranges : open).some((range) => from < range.to + HOUR && to > range.from);
}

/**
 * From when on answers are good for a forced hour: since the first forced history began which wants that hour, was
 * interrupted, and was at work within the last hour. Where there is none, no answer is.
 */
export function goodSince(
  before: readonly Wanted[],
  stored: readonly Stored[],
  now: Instant,
): (hour: Instant) => Instant {
  const recent = before.filter(({ forced, open }) => forced && open.length > 0).filter((wanted) => {
    const answers = stored.filter((answer) => answer.askedAt >= wanted.begun && isOfUse(answer, wanted));
    return Math.max(wanted.touched, ...answers.map(({ askedAt }) => askedAt)) >= now - TAKEN_UP_WITHIN;
  });
  return (hour) => {
    const wanting = recent.filter(({ ranges }) => ranges.some(({ from, to }) => from <= hour && hour < to));
    return Math.min(Infinity, ...wanting.map(({ begun }) => begun));
  };
}

const rangeOf = ([from, to]: [Instant, Instant]): TimeRange => ({ from, to });
const pairOf = ({ from, to }: TimeRange): [Instant, Instant] => [from, to];
