import { Asking } from "./asking.ts";
import { sensorsToAsk } from "./asked.ts";
import { closeGap, gaps } from "./gaps.ts";
import { hoursOf, oldestAnswer } from "./hours.ts";
import { storedAnswers } from "./stored.ts";
import { Track } from "./track.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { DAY, HOUR, type Instant } from "../../core/instant.ts";
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

/** What was answered for one UTC hour. */
export interface HourRows {
  readonly hour: Instant;
  /** Every row that begins in the hour, duplicates included, by sensor id, then start, then as answered. */
  readonly rows: readonly HistoryRow[];
  /** Rows left out, by the hour before their end: their period is longer than an hour, or unknown. */
  readonly setAside: { readonly longPeriod: number; readonly noPeriod: number };
}

/** Consecutive complete hours [from, to), those without rows included. */
export interface HoursGroup {
  readonly from: Instant;
  readonly to: Instant;
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

/** The hours [from, to), both on the full hour, of all sensors of the locations. */
export interface HistoryQuestion {
  readonly from: Instant;
  readonly to: Instant;
  readonly locations: LocationsAnswer;
  /** Whether what was answered for the hour at `askedAt` need not be asked again yet. */
  readonly stillGood: (hour: Instant, askedAt: Instant) => boolean;
  /** Ignores answers asked for before: a forced run gives its beginning. */
  readonly notBefore?: Instant;
  readonly signal?: AbortSignal;
}

/** What one group holds at least, while more is to come, and at most. */
const SHORTEST_GROUP = 24 * HOUR;
const LONGEST_GROUP = 1_000 * HOUR;
/** How long the answers of an interrupted run are kept. */
const KEPT_FOR = 7 * DAY;

/**
 * The rows of all sensors, in groups of hours that are complete, ascending. Each answer is kept in the spool until the
 * hours it is for have been taken: asking for the next group says that the one before stands. An interrupted history
 * that is begun again therefore asks only for what had not been answered.
 *
 * A sensor that goes on failing is set aside: it leaves a gap, and its hours count as complete.
 * @throws {OpenAQError} If the key is refused, nothing can be reached, or no sensor answers.
 */
export async function* history(
  parts: HistoryParts,
  question: HistoryQuestion,
): AsyncGenerator<HoursGroup, void> {
  const { from, to, locations, signal } = question;
  const begun = parts.clock.now();
  const stored = Map.groupBy(await storedAnswers(parts.spool, begun - KEPT_FOR), ({ sensor }) => sensor);
  const tracks = sensorsToAsk(locations, { from, to })
    .map((sensor) => new Track(sensor, parts, question, stored.get(sensor.id) ?? []));
  const asking = new Asking(tracks, parts, question);
  try {
    await asking.begin(await gaps(parts.kv));
    for (let given = from; given < to;) {
      const complete = Math.min(...tracks.map((track) => track.complete), given + LONGEST_GROUP, to);
      if (complete < Math.min(given + SHORTEST_GROUP, to)) {
        await asking.progress();
        continue;
      }
      const hours = hoursOf(tracks, question, { from: given, to: complete });
      yield { from: given, to: complete, askedAt: oldestAnswer(tracks, complete) ?? begun, hours };
      signal?.throwIfAborted();
      given = complete;
      for (const track of tracks) await track.release(given < to ? given : to + HOUR);
      asking.pump();
    }
    for (const { id } of asking.recovering()) await closeGap(parts.kv, id, [{ from, to }]);
  } finally {
    await asking.end();
  }
}
