import type { Log } from "../../core/mod.ts";
import type { LocationsAnswer } from "./client.ts";
import { type Gap, gaps, isSilent } from "./gaps.ts";
import { history } from "./history.ts";
import type { HistoryParts, HistoryQuestion, HoursGroup } from "./question.ts";
import type { LocationsRead } from "./locations.ts";
import { notice } from "./notice.ts";
import { type HoursOnRecord, tellOwed } from "./owing.ts";
import type { Told } from "./question.ts";

/** OpenAQ as assets see it: one country's locations, and the hours of all their sensors. */
export interface OpenAQSource {
  /** The country's locations as answered now. */
  locations(signal?: AbortSignal, told?: Told): Promise<LocationsAnswer & LocationsRead>;
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
}

/** The parts that the source is made of. */
export interface SourceParts extends Omit<HistoryParts, "log"> {
  readonly countryId: number;
  readonly record: HoursOnRecord;
}

export function openaqSource(parts: SourceParts): OpenAQSource {
  const { client, kv, countryId, record } = parts;
  return {
    async locations(signal, told) {
      told?.(0, 1, await client.outlook(1, 1));
      const answer = client.locations(countryId, signal);
      const answered = answer.then(() => true);
      while (!await Promise.race([answered, client.held.then(() => false)])) {
        told?.(0, 1, await client.outlook(1, 1));
      }
      return await answer;
    },
    hours: (question, log) => history({ ...parts, log }, question),
    silent: async () => (await gaps(kv)).filter(isSilent),
    async notice(answer) {
      const givenUp = await notice(kv, answer);
      await tellOwed(kv, record);
      return givenUp;
    },
    tellOwed: () => tellOwed(kv, record),
  };
}
