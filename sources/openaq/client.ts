import { type Instant, iso, type Outlook } from "../../core/mod.ts";
import { completeness } from "./agreement.ts";
import { Asker, type AskerOptions, type Question } from "./asker.ts";
import { OpenAQError } from "./error.ts";
import { type LocationsRead, readLocations } from "./locations.ts";
import { type Page, pageOf } from "./page.ts";
import * as schema from "./schema.ts";

/** The most results in one answer. */
export const PAGE_LIMIT = 1_000;
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
  /** How often a failure that may pass is tried. @default 5 */
  readonly attempts?: number;
}

export interface MeasurementsAnswer {
  readonly askedAt: Instant;
  readonly page: Page;
  /** Whether there may be more. */
  readonly full: boolean;
}

/** OpenAQ's API, version 3. Every method throws `OpenAQError` where there is no answer of use. */
export class OpenAQ {
  readonly #asker: Asker;
  readonly #options: AskerOptions;
  #source: string;

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#asker = new Asker(options);
    this.#source = new URL(options.url).origin;
  }

  /** Requests sent so far. */
  get requests(): number {
    return this.#asker.requests;
  }

  /** How so many more requests are likely to go on, `width` at a time. */
  outlook(requests: number, width: number): Promise<Outlook> {
    return this.#asker.outlook(requests, width);
  }

  /** What whoever reads the answers should know of them, in one line. */
  get notice(): string | undefined {
    return this.#asker.notice;
  }

  /** Where the data come from: `simulated:<seed>` once a simulator has said so, else the URL's origin. */
  get source(): string {
    return this.#source;
  }

  /** A country's locations; what of them cannot be used is left out and said. */
  async locations(countryId: number, signal?: AbortSignal): Promise<LocationsAnswer & LocationsRead> {
    const askedAt = this.#options.clock.now();
    const path = `/v3/locations?countries_id=${countryId}`;
    const each = (body: unknown) => schema.checkedEach(schema.looseLocationSchema, body);
    return { askedAt, ...readLocations(await this.#all(path, each, signal)) };
  }

  async sensors(locationId: number, signal?: AbortSignal): Promise<readonly schema.Sensor[]> {
    const read = checked(schema.sensorSchema);
    return await this.#ask({ path: `/v3/locations/${locationId}/sensors`, read }, signal);
  }

  latest(locationId: number, signal?: AbortSignal): Promise<schema.Latest[]> {
    return this.#all(`/v3/locations/${locationId}/latest`, checked(schema.latestSchema), signal);
  }

  parameters(signal?: AbortSignal): Promise<schema.Parameter[]> {
    return this.#all("/v3/parameters", checked(schema.parameterSchema), signal);
  }

  countries(signal?: AbortSignal): Promise<schema.Country[]> {
    return this.#all("/v3/countries", checked(schema.countrySchema), signal);
  }

  /** One page of a sensor's measurements. */
  async measurements(question: MeasurementsQuestion, signal?: AbortSignal): Promise<MeasurementsAnswer> {
    const { sensor, from, to, page: number = 1, attempts } = question;
    const path = `/v3/sensors/${sensor}/measurements?datetime_from=${iso(from)}&datetime_to=${iso(to)}` +
      `&limit=${PAGE_LIMIT}&page=${number}`;
    const askedAt = this.#options.clock.now();
    const read = (body: unknown): Omit<MeasurementsAnswer, "askedAt"> | schema.Broken => {
      const rows = schema.checkedEach(schema.measurementSchema, body);
      if ("broken" in rows) return rows;
      const before = (number - 1) * PAGE_LIMIT;
      const complete = completeness(body, rows.length, { limit: PAGE_LIMIT, before });
      if ("broken" in complete) return complete;
      return pageOf(rows, { from, to }, complete);
    };
    return { askedAt, ...await this.#ask({ path, read, attempts }, signal) };
  }

  /** All pages of results. Servers that give less at once than they are asked for are asked for as much as they give. */
  async #all<T>(
    path: string,
    resultsOf: (body: unknown) => readonly T[] | schema.Broken,
    signal?: AbortSignal,
  ): Promise<T[]> {
    const all: T[] = [];
    let limit = PAGE_LIMIT;
    let before = "";
    for (let page = 1; page <= MOST_PAGES; page++) {
      const read = (body: unknown) => {
        const results = resultsOf(body);
        if ("broken" in results) return results;
        const complete = completeness(body, results.length, { limit, before: all.length });
        if ("broken" in complete) return complete;
        const text = JSON.stringify(results);
        return text === before
          ? { broken: "the page before once more, wanted another" }
          : { results, text, ...complete };
      };
      const query = `${path.includes("?") ? "&" : "?"}limit=${limit}&page=${page}`;
      const { results, text, full } = await this.#ask({ path: path + query, read }, signal);
      all.push(...results);
      if (!full) return all;
      limit = results.length;
      before = text;
    }
    throw new OpenAQError("failing", `"${path}" has more than ${MOST_PAGES} pages, wanted fewer`);
  }

  async #ask<T extends object>(question: Question<T>, signal?: AbortSignal): Promise<T> {
    const { said, headers } = await this.#asker.ask(question, signal);
    this.#source = headers.get("x-airgraph-source") ?? this.#source;
    return said;
  }
}

function checked<T>(item: schema.Item<T>): (body: unknown) => readonly T[] | schema.Broken {
  return (body) => schema.checkedResults(item, body);
}
