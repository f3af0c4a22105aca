import { type Instant, iso, type Milliseconds, type Outlook, type Random, SECOND } from "../../core/mod.ts";
import { announcedIn } from "./announced.ts";
import { completeness } from "./agreement.ts";
import { type Answer, ATTEMPTS, type Question, Requester, type RequesterOptions } from "./requester.ts";
import { OpenAQError } from "./error.ts";
import { type LocationsRead, readLocations } from "./locations.ts";
import { type Page, pageOf } from "./page.ts";
import * as schema from "./schema.ts";

/** The most results in one answer. */
export const PAGE_LIMIT = 1_000;
/** A probe waits no longer for the pace. */
const LONGEST_WAIT = 5 * SECOND;
/** The most pages of results other than measurements. */
const MOST_PAGES = 100;

/** All locations of a country, with their sensors. */
export interface LocationsAnswer {
  readonly askedAt: Instant;
  readonly locations: readonly schema.Location[];
}

/** Measurements whose averaging period ends in the half-open window (from, to]. */
export interface MeasurementsQuestion {
  readonly sensor: number;
  readonly from: Instant;
  readonly to: Instant;
  /** From 1. @default 1 */
  readonly page?: number;
  /** How often a failure that may pass is tried. @default 3 */
  readonly attempts?: number | undefined;
  /** How long it is tried, awake. @default as long as any question */
  readonly patience?: Milliseconds | undefined;
}

export interface MeasurementsAnswer {
  readonly askedAt: Instant;
  readonly page: Page;
  /** Whether there may be more. */
  readonly full: boolean;
}

/** OpenAQ's API, version 3. Every method throws `OpenAQError` where there is no answer of use. */
export class OpenAQ {
  readonly #requester: Requester;
  readonly #options: RequesterOptions;
  #source: string;

  constructor(options: RequesterOptions) {
    this.#options = options;
    this.#requester = new Requester(options);
    this.#source = new URL(options.url).origin;
  }

  /** Requests sent so far. */
  get requests(): number {
    return this.#requester.requests;
  }

  /** Those of them that were answered 429. */
  get limited(): number {
    return this.#requester.limited;
  }

  get random(): Random {
    return this.#options.random;
  }

  /** Says that a question which was asked once, and may have been asked again, has failed for good. */
  failed(error: OpenAQError): Promise<void> {
    return this.#requester.failed(error);
  }

  /** Resolves when next an answer of 429 begins to be waited out. */
  get held(): Promise<void> {
    return this.#requester.held;
  }

  /** How so many more requests are likely to go on, `width` at a time. */
  outlook(requests: number, width: number): Promise<Outlook> {
    return this.#requester.outlook(requests, width);
  }

  /** A note on the answers for their readers, in one line. */
  get notice(): string | undefined {
    return this.#requester.notice;
  }

  /** Where the data come from: `simulated:<seed>` once a simulator has said so, else the URL's origin. */
  get source(): string {
    return this.#source;
  }

  /** A country's locations; what of them cannot be used is left out and said. `again` counts requests made again. */
  async locations(
    countryId: number,
    signal?: AbortSignal,
  ): Promise<LocationsAnswer & LocationsRead & { readonly again: number }> {
    const path = `/v3/locations?countries_id=${countryId}`;
    const each = (body: unknown) => schema.checkedEach(schema.looseLocationSchema, body);
    const { askedAt, all, again } = await this.#all(path, each, signal);
    return { askedAt, again, ...readLocations(all) };
  }

  async sensors(locationId: number, signal?: AbortSignal): Promise<readonly schema.Sensor[]> {
    const read = checked(schema.sensorSchema);
    return (await this.#ask({ path: `/v3/locations/${locationId}/sensors`, read }, signal)).said;
  }

  async latest(locationId: number, signal?: AbortSignal): Promise<readonly schema.Latest[]> {
    const path = `/v3/locations/${locationId}/latest`;
    return (await this.#all(path, checked(schema.latestSchema), signal)).all;
  }

  async parameters(signal?: AbortSignal): Promise<readonly schema.Parameter[]> {
    return (await this.#all("/v3/parameters", checked(schema.parameterSchema), signal)).all;
  }

  async countries(signal?: AbortSignal): Promise<readonly schema.Country[]> {
    return (await this.#all("/v3/countries", checked(schema.countrySchema), signal)).all;
  }

  /** Asks one small question, once, unless the pace has no room for it soon. @returns Whether it was asked. */
  async probe(signal?: AbortSignal): Promise<boolean> {
    if ((await this.#options.pace.outlook(1)).first > LONGEST_WAIT) return false;
    const path = "/v3/countries?limit=1&page=1";
    await this.#ask({ path, read: checked(schema.countrySchema), attempts: 1, quiet: true }, signal);
    return true;
  }

  /** One page of a sensor's measurements. */
  async measurements(question: MeasurementsQuestion, signal?: AbortSignal): Promise<MeasurementsAnswer> {
    const { sensor, from, to, page: number = 1, attempts, patience } = question;
    const path = `/v3/sensors/${sensor}/measurements?datetime_from=${iso(from)}&datetime_to=${iso(to)}` +
      `&limit=${PAGE_LIMIT}&page=${number}`;
    const read = (body: unknown): Omit<MeasurementsAnswer, "askedAt"> | schema.Broken => {
      const rows = schema.checkedEach(schema.measurementSchema, body);
      if ("broken" in rows) return rows;
      const before = (number - 1) * PAGE_LIMIT;
      const complete = completeness(body, rows.length, { limit: PAGE_LIMIT, before });
      if ("broken" in complete) return complete;
      return pageOf(rows, { from, to }, complete);
    };
    const { said, askedAt } = await this.#ask(
      { path, read, attempts, patience, quiet: attempts === 1 },
      signal,
    );
    return { askedAt, ...said };
  }

  /**
   * All pages of results, and how many requests were made again. Servers that give less at once than they are asked for are
   * asked for as much as they give.
   */
  async #all<T>(
    path: string,
    resultsOf: (body: unknown) => readonly T[] | schema.Broken,
    signal?: AbortSignal,
  ): Promise<{ readonly all: readonly T[]; readonly askedAt: Instant; readonly again: number }> {
    const all: T[] = [];
    let oldest = Infinity;
    let total: number | undefined;
    let limit = PAGE_LIMIT;
    let before = "";
    let again = 0;
    for (let page = 1; page <= MOST_PAGES; page++) {
      const read = (body: unknown) => {
        const results = resultsOf(body);
        if ("broken" in results) return results;
        const complete = completeness(body, results.length, { limit, before: all.length });
        if ("broken" in complete) return complete;
        if (complete.total !== undefined && total !== undefined && complete.total !== total) {
          return { broken: `meta.found: ${complete.total}, wanted ${total} as on the page before` };
        }
        const text = JSON.stringify(results);
        return text === before
          ? { broken: "the page before once more, wanted another" }
          : { results, text, ...complete };
      };
      const query = `${path.includes("?") ? "&" : "?"}limit=${limit}&page=${page}`;
      const answer = await this.#ask({ path: path + query, read, attempts: ATTEMPTS - again }, signal);
      const { said, askedAt } = answer;
      again += answer.again;
      const { results, text, full } = said;
      all.push(...results);
      oldest = Math.min(oldest, askedAt);
      if (!full) return { all, askedAt: oldest, again };
      total = said.total;
      limit = results.length;
      before = text;
    }
    throw new OpenAQError("failing", `"${path}" has more than ${MOST_PAGES} pages, wanted fewer`);
  }

  async #ask<T extends object>(question: Question<T>, signal?: AbortSignal): Promise<Answer<T>> {
    const answer = await this.#requester.ask(question, signal);
    this.#source = announcedIn(answer.headers) ?? this.#source;
    return answer;
  }
}

function checked<T>(item: schema.Item<T>): (body: unknown) => readonly T[] | schema.Broken {
  return (body) => schema.checkedResults(item, body);
}
