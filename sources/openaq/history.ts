import { Answers } from "./answers.ts";
import { Asking } from "./asking.ts";
import { sensorsToAsk } from "./asked.ts";
import { gaps } from "./gaps.ts";
import { hoursOf, oldestAnswer } from "./hours.ts";
import { oweUnlisted } from "./notice.ts";
import { clipped, hullOf, lengthOf, type TimeRange, without } from "./ranges.ts";
import { teller, type Told } from "./told.ts";
import { Track } from "./track.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { HOUR, type Instant, type Milliseconds } from "../../core/instant.ts";
import type { KeyValue } from "../../core/ports/key_value.ts";
import type { Log } from "../../core/ports/log.ts";
import type { LocationsAnswer, OpenAQ } from "./client.ts";
import type { Spool } from "./spool.ts";

/** A sensor as its rows need it. */
export interface SensorInfo {
  readonly id: number;
  readonly locationId: number;
  readonly parameter: string;
  readonly unit: string;
}

/** One measurement; `start` is the beginning of its averaging period. */
export interface HistoryRow {
  readonly sensor: SensorInfo;
  readonly start: Instant;
  readonly value: number | null;
  readonly flagged: boolean;
}

/** Why rows are left out. */
export interface SetAside {
  /** How many average more than an hour. */
  readonly longPeriod: number;
  /** Of how many the averaging period is unknown. */
  readonly noPeriod: number;
  /** The sensor of each that cannot be read, or has a value that no instrument can have. */
  readonly unusable: readonly number[];
}

/** What was answered for one UTC hour. */
export interface HourRows {
  readonly hour: Instant;
  /** Every row that begins in the hour, duplicates included, by sensor id, then start, then as answered. */
  readonly rows: readonly HistoryRow[];
  /** Rows left out, most by the hour before their end. */
  readonly setAside: SetAside;
}

/** Complete hours of those wanted, ascending, those without rows included. */
export interface HoursGroup {
  /** The hours as ranges, ascending. */
  readonly ranges: readonly TimeRange[];
  /** When the oldest answer used was asked for. */
  readonly askedAt: Instant;
  readonly hours: readonly HourRows[];
}

/** What a history works with. */
export interface HistoryParts {
  readonly client: OpenAQ;
  /** Keeps the gaps of sensors that are set aside. */
  readonly kv: KeyValue;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Log;
  /** Sensors asked side by side. @default 8 */
  readonly concurrency?: number;
}

/** Hours of all sensors of the locations. */
export interface HistoryQuestion {
  /** The hours, on the full hour, ascending; ranges neither overlap nor touch. */
  readonly ranges: readonly TimeRange[];
  /** Those of the hours that are good but for what sensors owe of them: no others are asked. @default none */
  readonly owed?: readonly TimeRange[];
  readonly locations: LocationsAnswer;
  /** Looks when each hour was recorded last, if ever: what was answered before is not used for it. @default never */
  readonly recorded?: () => Promise<(hour: Instant) => Instant>;
  /** Whether what was answered for the hour at `askedAt` need not be asked again yet. */
  readonly stillGood: (hour: Instant, askedAt: Instant) => boolean;
  /**
   * Whether all is to be asked anew, sensors that are set aside included. What a forced history had answered that was
   * interrupted within the last hour is taken up.
   * @default false
   */
  readonly forced?: boolean;
  /** Told how far the asking is: when that changes, at most once a second unless it begins or ends to wait. */
  readonly told?: Told;
  readonly signal?: AbortSignal;
}

/** What one group holds at least, while more is to come, and at most. */
const SHORTEST_GROUP = 24 * HOUR;
const LONGEST_GROUP = 1_000 * HOUR;

/**
 * The rows of all sensors, in groups of hours that are complete, ascending. Each answer is kept in the spool until the
 * hours it is for have been taken: asking for the next group says that the one before stands. An interrupted history
 * that is begun again, whole or in parts, therefore asks only for what had not been answered.
 *
 * A sensor that goes on failing is set aside: it leaves a gap, and its hours count as complete.
 * @throws {OpenAQError} If the key is refused, nothing can be reached, or no sensor answers.
 */
export async function* history(
  parts: HistoryParts,
  question: HistoryQuestion,
): AsyncGenerator<HoursGroup, void> {
  const { ranges, owed = [], locations, signal } = question;
  const begun = parts.clock.now();
  const answers = await Answers.begin(parts, question);
  await oweUnlisted(parts.kv, locations, without(ranges, owed));
  const known = await gaps(parts.kv);
  const whole = hullOf(ranges);
  const tracks = sensorsToAsk(question, known)
    .map(({ sensor, ranges }) => new Track(sensor, { ...parts, answers }, { ...question, ranges }));
  const asking = new Asking(tracks, parts, question);
  const tell = teller(parts, question.told);
  try {
    await asking.begin(known);
    await tell(asking);
    for (let left: readonly TimeRange[] = ranges; left.length > 0;) {
      const to = Math.min(whole.to, ...tracks.map((track) => track.complete));
      const complete = clipped(left, { ...whole, to });
      if (lengthOf(complete) < Math.min(SHORTEST_GROUP, lengthOf(left))) {
        await asking.progress();
        await tell(asking);
        continue;
      }
      const group = firstOf(complete, LONGEST_GROUP);
      const askedAt = oldestAnswer(tracks, hullOf(group).to) ?? begun;
      yield { ranges: group, askedAt, hours: hoursOf(tracks, group) };
      signal?.throwIfAborted();
      left = without(left, group);
      for (const track of tracks) track.release(left[0]?.from ?? Infinity);
      await answers.stand(group);
      await asking.stand(group);
      asking.pump();
    }
  } finally {
    await asking.end();
  }
}

/** The first of the ranges, so much of them as lasts no longer than `most`. */
function firstOf(ranges: readonly TimeRange[], most: Milliseconds): TimeRange[] {
  const first: TimeRange[] = [];
  for (const { from, to } of ranges) {
    const left = most - lengthOf(first);
    if (left <= 0) break;
    first.push({ from, to: Math.min(to, from + left) });
  }
  return first;
}
