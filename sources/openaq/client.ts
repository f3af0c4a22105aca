import { type Instant, iso } from "../../core/instant.ts";
import { type Answer, Asker, type AskerOptions, shown } from "./asker.ts";
import { OpenAQError } from "./error.ts";
import { type Page, pageOf } from "./page.ts";
import * as schema from "./schema.ts";

/** The most results in one answer. */
export const PAGE_LIMIT = 1_000;

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

  /** Where the data come from: `simulated:<seed>` once a simulator has said so, else the URL's origin. */
  get source(): string {
    return this.#source;
  }

  async locations(countryId: number, signal?: AbortSignal): Promise<LocationsAnswer> {
    const askedAt = this.#options.clock.now();
    const path = `/v3/locations?countries_id=${countryId}`;
    return { askedAt, locations: await this.#all(path, schema.locationSchema, signal) };
  }

  sensors(locationId: number, signal?: AbortSignal): Promise<schema.Sensor[]> {
    return this.#results(`/v3/locations/${locationId}/sensors`, schema.sensorSchema, signal);
  }

  latest(locationId: number, signal?: AbortSignal): Promise<schema.Latest[]> {
    return this.#all(`/v3/locations/${locationId}/latest`, schema.latestSchema, signal);
  }

  parameters(signal?: AbortSignal): Promise<schema.Parameter[]> {
    return this.#all("/v3/parameters", schema.parameterSchema, signal);
  }

  countries(signal?: AbortSignal): Promise<schema.Country[]> {
    return this.#all("/v3/countries", schema.countrySchema, signal);
  }

  /** One page of a sensor's measurements. */
  async measurements(question: MeasurementsQuestion, signal?: AbortSignal): Promise<MeasurementsAnswer> {
    const { sensor, from, to, page: number = 1, attempts } = question;
    const path = `/v3/sensors/${sensor}/measurements?datetime_from=${iso(from)}&datetime_to=${iso(to)}` +
      `&limit=${PAGE_LIMIT}&page=${number}`;
    const askedAt = this.#options.clock.now();
    const answer = await this.#ask(path, signal, attempts);
    const rows = useful(answer, schema.checkedResults(schema.measurementSchema, answer.body));
    return { askedAt, page: useful(answer, pageOf(rows, from)), full: rows.length >= PAGE_LIMIT };
  }

  async #all<T>(path: string, item: schema.Item<T>, signal?: AbortSignal): Promise<T[]> {
    const all: T[] = [];
    for (let page = 1;; page++) {
      const query = `${path.includes("?") ? "&" : "?"}limit=${PAGE_LIMIT}&page=${page}`;
      const results = await this.#results(path + query, item, signal);
      all.push(...results);
      if (results.length < PAGE_LIMIT) return all;
    }
  }

  async #results<T>(path: string, item: schema.Item<T>, signal?: AbortSignal): Promise<T[]> {
    const answer = await this.#ask(path, signal);
    return useful(answer, schema.checkedResults(item, answer.body));
  }

  async #ask(path: string, signal?: AbortSignal, attempts?: number): Promise<Answer> {
    const answer = await this.#asker.ask(path, signal, attempts);
    this.#source = answer.headers.get("x-airgraph-source") ?? this.#source;
    return answer;
  }
}

function useful<T extends object>(answer: Answer, found: T | schema.Broken): T {
  if (!("broken" in found)) return found;
  throw new OpenAQError("failing", `"${shown(answer.url)}" answered ${found.broken}`);
}
