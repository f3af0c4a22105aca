import type { Instant, Log } from "../../core/mod.ts";
import type { LocationsAnswer } from "./client.ts";
import { type Gap, gaps, isSilent, setAside } from "./gaps.ts";
import { history } from "./history.ts";
import type { HistoryParts, HistoryQuestion, HoursGroup } from "./question.ts";
import { known, listedIn, putKnown } from "./known.ts";
import type { LocationsRead } from "./locations.ts";
import { notice } from "./notice.ts";
import { type HoursOnRecord, tellOwed } from "./owing.ts";
import type { Told } from "./question.ts";
import { ATTEMPTS } from "./requester.ts";
import { requestsFor } from "./requests.ts";
import type { TimeRange } from "./ranges.ts";

/** OpenAQ as assets see it: one country's locations, and the hours of all their sensors. */
export interface OpenAQSource {
  /** The country's locations as answered now. */
  locations(signal?: AbortSignal, told?: Told): Promise<LocationsAnswer & LocationsRead>;
  /**
   * How many requests asking for hours is likely to take, of each batch in one question.
   *
   * @param rows Of an hour, on average, where that is known.
   */
  expected(
    answer: LocationsAnswer,
    batches: readonly (readonly TimeRange[])[],
    rows: number | null,
  ): number;
  /** The rows of hours, in ascending groups of complete ones; what happens to sensors goes to the log. */
  hours(question: HistoryQuestion, log: Log): AsyncIterable<HoursGroup>;
  /** The hours owed by sensors that are not asked, as they are set aside or gone. */
  silent(): Promise<readonly Gap[]>;
  /**
   * Compares the country's locations with those before: what was not asked of sensors that are new or back is due.
   * @returns A line for each sensor that is given up.
   */
  notice(answer: LocationsAnswer): Promise<readonly string[]>;
  /** Says of the hours that sensors owe which answer that they are due. */
  tellOwed(): Promise<void>;
  /** Takes locations that were answered once for those that were noticed last, where none were. */
  remember(answer: LocationsAnswer): Promise<void>;
  /** Takes it that a sensor owes hours that were asked without it; it is asked again in its time. */
  owes(sensor: number, hours: readonly TimeRange[], lastAsked: Instant): Promise<void>;
}

/** The parts that the source is made of. */
export interface SourceParts extends Omit<HistoryParts, "log"> {
  readonly countryId: number;
  readonly record: HoursOnRecord;
}

export function openaqSource(parts: SourceParts): OpenAQSource {
  const { client, kv, countryId, record } = parts;
  /** How many requests were made again to know the source, and for the locations that were answered last. */
  let [forSource, forLocations] = [Math.min(parts.spent ?? 0, ATTEMPTS - 1), 0];
  return {
    async locations(signal, told) {
      told?.(0, 1, await client.outlook(1, 1));
      const answer = client.locations(countryId, signal);
      const answered = answer.then(() => true);
      while (!await Promise.race([answered, client.held.then(() => false)])) {
        told?.(0, 1, await client.outlook(1, 1));
      }
      forLocations = (await answer).again;
      return await answer;
    },
    expected: requestsFor,
    hours(question, log) {
      const spent = forSource + forLocations;
      forSource = forLocations = 0;
      return history({ ...parts, log, spent }, question);
    },
    silent: async () => (await gaps(kv)).filter(isSilent),
    async notice(answer) {
      const givenUp = await notice(kv, answer);
      await tellOwed(kv, record);
      return givenUp;
    },
    tellOwed: () => tellOwed(kv, record),
    async remember(answer) {
      if (await known(kv) !== undefined) return;
      await putKnown(kv, { askedAt: answer.askedAt, sensors: listedIn(answer) });
    },
    owes: (sensor, hours, lastAsked) =>
      setAside(kv, sensor, hours, "was set aside when they were asked", lastAsked),
  };
}
