import type { Clock, Instant, KeyValue, Log, Outlook, Spool } from "../../core/mod.ts";
import type { LocationsAnswer, OpenAQ } from "./client.ts";
import type { TimeRange } from "./ranges.ts";

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

/** The answer for one UTC hour. */
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

/** The parts that a history works with. */
export interface HistoryParts {
  readonly client: OpenAQ;
  /** Keeps the gaps of sensors that are set aside. */
  readonly kv: KeyValue;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Log;
  /** Sensors asked side by side. @default 8 */
  readonly concurrency?: number;
  /** How many requests were made again for the same run before. @default none */
  readonly spent?: number;
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
   * Whether all is to be asked anew, sensors that are set aside included: nothing is believed that was answered before
   * the history began, not even to another forced one that was interrupted.
   * @default false
   */
  readonly forced?: boolean;
  /** Told how far the asking is: when that changes, at most once a second unless it begins or ends to wait. */
  readonly told?: Told;
  readonly signal?: AbortSignal;
}

/** Told how many requests were made and are likely to be left, and how they go on. */
export type Told = (asked: number, left: number, outlook: Outlook) => void;
