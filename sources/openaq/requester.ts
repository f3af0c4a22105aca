import {
  type Clock,
  HOUR,
  type Instant,
  iso,
  type Log,
  type Milliseconds,
  MINUTE,
  type Outlook,
  type Random,
  SECOND,
  type SourceHealth,
} from "../../core/mod.ts";
import { type Body, bodyOf, jsonOf } from "./body.ts";
import { ageOf, answeredAt, NOTABLE, WRONG } from "./date.ts";
import { EVERYONES, OpenAQError, type Trouble } from "./error.ts";
import { namedTwice } from "./named_twice.ts";
import { limitsOf, type Pace } from "./pace.ts";
import type { Broken } from "./schema.ts";
import { pause, within } from "./timeout.ts";

/** The parts that requests are made with. */
export interface RequesterOptions {
  /** Where the API is, e.g. `https://api.openaq.org`. */
  readonly url: string;
  /** Sent as `X-API-Key`, and masked wherever an answer repeats it. */
  readonly key?: string | undefined;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly pace: Pace;
  /** How long one request may take. */
  readonly timeout: Milliseconds;
  /** How long a question is tried, awake, before it counts as not answered. @default a minute */
  readonly patience?: Milliseconds;
  /** Told whether questions are answered. @default nobody is */
  readonly health?: Pick<SourceHealth, "answered" | "failed"> | undefined;
}

/** A question, and how its answer is read. */
export interface Question<T extends object> {
  /** E.g. `/v3/countries?limit=1000`. */
  readonly path: string;
  /** Reads the answer's JSON, or says why it is of no use. */
  readonly read: (body: unknown) => T | Broken;
  /** How often a failure that may pass is tried. @default 3 */
  readonly attempts?: number | undefined;
  /** How long it is tried, awake. @default as long as any question */
  readonly patience?: Milliseconds | undefined;
  /** Whether its failure says nothing new, unless nobody is there. */
  readonly quiet?: boolean;
}

/** The content of an answer. */
export interface Answer<T> {
  readonly said: T;
  readonly headers: Headers;
  /** When it was asked for; earlier by its age, where a cache on the way had it. */
  readonly askedAt: Instant;
  /** How often the request was made again, as it had failed. */
  readonly again: number;
}

/** A failure that may pass. */
interface Passing {
  readonly trouble: "failing" | "unreachable";
  readonly message: string;
}

/** Too many requests: how long to wait. */
interface Limited {
  readonly wait: Milliseconds;
}

/** Caches on the way may answer nothing by themselves. */
const FROM_THE_SOURCE = { "Cache-Control": "no-cache" };
/** How often a question is tried that all others wait for. */
export const ATTEMPTS = 3;
/** How often 429, or that this process was asleep, keeps a question from being answered. */
const HINDRANCES = 5;
/** The longest first pause before a question is tried again; the next one is four times as long. */
const FIRST_PAUSE = 2 * SECOND;
const PATIENCE = MINUTE;
/** How long 429 is waited out for one question, whatever it says: the limits are hourly. */
const LONGEST_WAIT = HOUR;
const REFUSALS: ReadonlyMap<number, Trouble> = new Map([
  [401, "key"],
  [403, "forbidden"],
  [404, "missing"],
  [408, "too-much"],
]);

/** Why no question at all is answered; any other connection that ends may be one question's fault. */
const NOBODY_THERE: ReadonlySet<string> = new Set(["connection refused", "unknown host", "certificate"]);

/** Asks within the pace, waits out 429, and tries again what may pass. */
export class Requester {
  /** Requests sent so far. */
  requests = 0;
  /** Those of them that were answered 429. */
  limited = 0;
  /** A note on the answers for their readers, in one line. */
  notice: string | undefined;
  readonly #options: RequesterOptions;
  readonly #base: string;
  /** Until when answers of 429 are waited out. */
  #heldUntil: Instant = -Infinity;
  #held = Promise.withResolvers<void>();
  /** How long all requests took, without what they waited for the pace. */
  #took: Milliseconds = 0;

  constructor(options: RequesterOptions) {
    this.#options = options;
    this.#base = options.url.replace(/(\/v3)?\/*$/, "");
  }

  /** Resolves when next an answer of 429 begins to be waited out. */
  get held(): Promise<void> {
    return this.#held.promise;
  }

  /**
   * The answer to `GET` of the question's path.
   * @throws {OpenAQError} If there is none of use.
   */
  async ask<T extends object>(question: Question<T>, signal?: AbortSignal): Promise<Answer<T>> {
    const { health } = this.#options;
    try {
      const answer = await this.#ask(question, signal);
      await health?.answered();
      return answer;
    } catch (error) {
      if (error instanceof OpenAQError && (!question.quiet || EVERYONES.has(error.trouble))) {
        await this.failed(error);
      }
      throw error;
    }
  }

  /** A question failed for good. */
  async failed({ trouble, message }: OpenAQError): Promise<void> {
    const isDown = EVERYONES.has(trouble);
    if (isDown || trouble === "failing") await this.#options.health?.failed(message, isDown);
  }

  async #ask<T extends object>(question: Question<T>, signal?: AbortSignal): Promise<Answer<T>> {
    const { clock, log, pace, random } = this.#options;
    const { path, attempts = ATTEMPTS } = question;
    const most = question.patience ?? this.#options.patience ?? PATIENCE;
    const url = `${this.#base}${path}`;
    let [limited, waited, sleeps] = [0, 0, 0];
    let patience = Infinity;
    let last = "did not answer";
    for (let again = 0;;) {
      await pace.start(signal);
      if (patience === Infinity) patience = clock.awake() + most;
      const left = patience - clock.awake();
      if (left <= 0) throw this.#error("unreachable", url, last);
      const asleep = clock.asleep();
      const outcome = await this.#once(url, question, left, signal);
      if ("said" in outcome) return { ...outcome, again };
      if ("wait" in outcome) {
        const wait = Math.min(Math.max(outcome.wait, SECOND), LONGEST_WAIT - waited);
        if (++limited === HINDRANCES || wait <= 0) {
          throw this.#error("limited", url, "answered 429 again and again");
        }
        log.warn("OpenAQ answered 429: waiting", { url: shown(url), seconds: wait / SECOND });
        this.#hold(wait);
        await pause(clock, wait, signal);
        waited += wait;
        patience = Infinity;
        continue;
      }
      last = outcome.message;
      if (clock.asleep() > asleep && ++sleeps < HINDRANCES) {
        log.info("OpenAQ: asking again what was under way while this process was asleep", {
          url: shown(url),
        });
        patience = Infinity;
        continue;
      }
      const wait = random() * FIRST_PAUSE * 4 ** again;
      if (++again >= attempts || clock.awake() + wait >= patience) {
        throw this.#error(outcome.trouble, url, outcome.message, patience - clock.awake());
      }
      log.debug("OpenAQ: trying again", {
        url: shown(url),
        message: outcome.message,
        seconds: wait / SECOND,
      });
      await clock.sleep(wait, signal);
    }
  }

  /** How so many more requests are likely to go on, `width` at a time. */
  async outlook(requests: number, width: number): Promise<Outlook> {
    const { first, last, by } = await this.#options.pace.outlook(requests);
    const each = this.#took / Math.max(1, this.requests);
    const now = this.#options.clock.now();
    const held = Math.max(0, this.#heldUntil - now);
    const left = requests === 0 ? 0 : Math.max(last, held + requests * each / width) + each;
    if (held >= SECOND && held >= first) {
      return { left, note: `OpenAQ answered 429: asked again at ${iso(inSeconds(this.#heldUntil))}` };
    }
    if (first < SECOND) return { left };
    const note = /^\d/.test(by)
      ? `waiting for the pace: ${by}`
      : `${by}: asked again at ${iso(inSeconds(now + first))}`;
    return { left, note };
  }

  /** Says that a wait begins; those that end together are one. */
  #hold(wait: Milliseconds): void {
    const until = this.#options.clock.now() + wait;
    if (until < this.#heldUntil + SECOND) return;
    this.#heldUntil = until;
    this.#held.resolve();
    this.#held = Promise.withResolvers();
  }

  async #once<T extends object>(
    url: string,
    { read }: Question<T>,
    patience: Milliseconds,
    signal?: AbortSignal,
  ): Promise<Omit<Answer<T>, "again"> | Passing | Limited> {
    const { clock, fetch, key, pace } = this.#options;
    const timeout = Math.min(this.#options.timeout, patience);
    const asked = clock.now();
    const began = clock.awake();
    this.requests++;
    let answered: { response: Response; body: Body } | undefined;
    try {
      answered = await within(clock, timeout, signal, async (signal) => {
        const headers = new Headers(FROM_THE_SOURCE);
        if (key !== undefined) headers.set("X-API-Key", key);
        const response = await fetch(new Request(url, { headers, signal, redirect: "manual" }));
        return { response, body: await bodyOf(response) };
      });
    } catch (error) {
      await pace.heard(undefined);
      signal?.throwIfAborted();
      if (!(error instanceof TypeError)) throw error; // not the network's
      const why = reason(error);
      return {
        trouble: NOBODY_THERE.has(why) ? "unreachable" : "failing",
        message: `cannot be reached (${why}), wanted an answer within 60 s`,
      };
    }
    this.#took += clock.awake() - began;
    await pace.heard(answered && limitsOf(answered.response.headers, clock.now()));
    const failing = (message: string): Passing => ({ trouble: "failing", message });
    if (answered === undefined) {
      return failing(`did not answer, wanted an answer within ${Math.ceil(timeout / SECOND)} s`);
    }
    const { response: { status, ok, headers }, body } = answered;
    this.#compareClocks(url, headers, asked);
    if (status === 429) this.limited++;
    if (status === 429) return { wait: (limitsOf(headers, clock.now()).reset ?? 60) * SECOND };
    if (!ok) {
      const said = `answered ${status} ${this.#detail("text" in body ? body.text : "")}`;
      if (status >= 500) return failing(said);
      const trouble = REFUSALS.get(status) ?? "invalid";
      const wanted = [401, 403].includes(status) ? ", wanted a valid OPENAQ_API_KEY" : "";
      throw this.#error(trouble, url, said + wanted);
    }
    if ("broken" in body) return failing(body.broken);
    const json = jsonOf(body.text);
    if (json === undefined) return failing(`answered ${JSON.stringify(body.text.slice(0, 60))}, wanted JSON`);
    const twice = namedTwice(body.text, json);
    if (twice !== undefined) return failing(`answered with two of "${twice}" in one object, wanted one`);
    const said = read(json);
    if ("broken" in said) return failing(`answered ${said.broken}`);
    return { said, headers, askedAt: asked - ageOf(headers) };
  }

  /** @throws {OpenAQError} If hours and days cannot be told apart by this machine's clock, or by the server's. */
  #compareClocks(url: string, headers: Headers, asked: Instant): void {
    const { clock, log } = this.#options;
    const heard = clock.now();
    const answered = answeredAt(headers, asked, heard);
    if (answered === undefined || answered.apart < NOTABLE) return;
    const times = { answered: iso(answered.at), here: iso(heard) };
    if (answered.apart >= WRONG) {
      throw this.#error(
        "clock",
        url,
        `answered at ${times.answered}, while it is ${times.here} by this machine's clock, wanted clocks that agree`,
      );
    }
    const message = "OpenAQ's clock and this machine's do not agree";
    if (this.notice === undefined) log.warn(message, times);
    this.notice ??= `${message}: answered at ${times.answered}, while it is ${times.here} here`;
  }

  #error(trouble: Trouble, url: string, message: string, patience?: Milliseconds): OpenAQError {
    return new OpenAQError(trouble, `"${shown(url)}" ${message}`, patience);
  }

  /** The message of an error's body in one line, without the key. */
  #detail(text: string): string {
    const body = jsonOf(text) ?? text;
    const said = typeof body === "object" && body !== null
      ? Reflect.get(body, "detail") ?? Reflect.get(body, "message") ?? body
      : body;
    const line = (typeof said === "string" ? said : JSON.stringify(said)).replaceAll(/\s+/g, " ").trim();
    const { key } = this.#options;
    // One of a few letters is no secret, and would take them out of other words.
    const masked = key !== undefined && key.length >= 8 ? line.replaceAll(key, "***") : line;
    return JSON.stringify(masked.length > 160 ? `${masked.slice(0, 160)}…` : masked);
  }
}

/** The next full second. */
function inSeconds(instant: Instant): Instant {
  return Math.ceil(instant / SECOND) * SECOND;
}

/** The URL without a name or password. */
export function shown(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search}`;
}

/** Why a request failed, in a few words. */
function reason(error: unknown): string {
  const said = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) said.push(cause.message);
  const text = said.join(": ") || String(error);
  const known = /connection refused|connection reset|dns error|certificate/i.exec(text)?.[0].toLowerCase();
  return known === "dns error" ? "unknown host" : known ?? text.slice(0, 120);
}
