import { type Milliseconds, MINUTE, SECOND } from "../../core/instant.ts";
import type { Clock, Random } from "../../core/ports/clock.ts";
import type { Log } from "../../core/ports/log.ts";
import { OpenAQError, type Trouble } from "./error.ts";
import { limitsOf, type Pace } from "./pace.ts";
import { within } from "./timeout.ts";

/** What questions are asked with. */
export interface AskerOptions {
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
}

export interface Answer {
  readonly url: string;
  /** The body, parsed. */
  readonly body: unknown;
  readonly headers: Headers;
}

/** A failure that may pass. */
interface Passing {
  readonly trouble: "failing" | "unreachable";
  readonly message: string;
}

const ATTEMPTS = 5;
/** How long a question is tried before it counts as not answered. */
const PATIENCE = MINUTE;
const REFUSALS: ReadonlyMap<number, Trouble> = new Map([
  [401, "key"],
  [403, "key"],
  [404, "missing"],
  [408, "too-much"],
]);

/** Asks within the pace, waits out 429, and tries again what may pass, with back-off and full jitter. */
export class Asker {
  /** Requests sent so far. */
  requests = 0;
  readonly #options: AskerOptions;
  readonly #base: string;

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#base = options.url.replace(/(\/v3)?\/*$/, "");
  }

  /**
   * The answer to `GET` of the path, e.g. `/v3/countries?limit=1000`.
   * @param attempts How often a failure that may pass is tried.
   * @throws {OpenAQError} If there is none of use.
   */
  async ask(path: string, signal?: AbortSignal, attempts = ATTEMPTS): Promise<Answer> {
    const { clock, random, log, pace } = this.#options;
    const url = `${this.#base}${path}`;
    let limited = 0;
    let sleeps = 0;
    let patience = Infinity;
    let last = "did not answer";
    for (let attempt = 1;;) {
      await pace.start(signal);
      if (patience === Infinity) patience = clock.awake() + PATIENCE;
      const left = patience - clock.awake();
      if (left <= 0) throw this.#error("unreachable", url, last);
      const asleep = clock.asleep();
      const outcome = await this.#once(url, left, signal);
      if ("body" in outcome) return outcome;
      if ("reset" in outcome) {
        if (++limited === ATTEMPTS) throw this.#error("limited", url, "answered 429 again and again");
        log.warn("OpenAQ answered 429: waiting", { url: shown(url), seconds: outcome.reset });
        await clock.sleep(outcome.reset * SECOND, signal);
        patience = Infinity;
        continue;
      }
      last = outcome.message;
      if (clock.asleep() > asleep && ++sleeps < ATTEMPTS) {
        log.info("OpenAQ: asking again what was under way while this process was asleep", {
          url: shown(url),
        });
        patience = Infinity;
        continue;
      }
      const wait = random() * SECOND * 2 ** (attempt - 1);
      if (attempt++ >= attempts || clock.awake() + wait >= patience) {
        throw this.#error(outcome.trouble, url, outcome.message);
      }
      log.debug("OpenAQ: trying again", {
        url: shown(url),
        message: outcome.message,
        seconds: wait / SECOND,
      });
      await clock.sleep(wait, signal);
    }
  }

  async #once(
    url: string,
    patience: Milliseconds,
    signal?: AbortSignal,
  ): Promise<Answer | Passing | { reset: number }> {
    const { clock, fetch, key, pace } = this.#options;
    const timeout = Math.min(this.#options.timeout, patience);
    this.requests++;
    let answered: { response: Response; text: string } | undefined;
    try {
      answered = await within(clock, timeout, signal, async (signal) => {
        const headers = key === undefined ? {} : { "X-API-Key": key };
        const response = await fetch(new Request(url, { headers, signal, redirect: "manual" }));
        return { response, text: await response.text() };
      });
    } catch (error) {
      await pace.heard(undefined);
      signal?.throwIfAborted();
      return {
        trouble: "unreachable",
        message: `cannot be reached (${reason(error)}), wanted an answer within 60 s`,
      };
    }
    await pace.heard(answered && limitsOf(answered.response.headers));
    if (answered === undefined) {
      return {
        trouble: "failing",
        message: `did not answer, wanted an answer within ${Math.ceil(timeout / SECOND)} s`,
      };
    }
    const { response, text } = answered;
    if (response.ok) return parsed(url, response.headers, text);
    if (response.status === 429) return { reset: limitsOf(response.headers).reset ?? MINUTE / SECOND };
    const said = `answered ${response.status} ${this.#detail(text)}`;
    if (response.status >= 500) return { trouble: "failing", message: said };
    const trouble = REFUSALS.get(response.status) ?? "invalid";
    throw this.#error(trouble, url, trouble === "key" ? `${said}, wanted a valid OPENAQ_API_KEY` : said);
  }

  #error(trouble: Trouble, url: string, message: string): OpenAQError {
    return new OpenAQError(trouble, `"${shown(url)}" ${message}`);
  }

  /** What an error's body says, in one line, without the key. */
  #detail(text: string): string {
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch { /* any text will do */ }
    const said = typeof body === "object" && body !== null
      ? Reflect.get(body, "detail") ?? Reflect.get(body, "message") ?? body
      : body;
    const line = (typeof said === "string" ? said : JSON.stringify(said)).replaceAll(/\s+/g, " ").trim();
    const { key } = this.#options;
    const masked = key ? line.replaceAll(key, "***") : line;
    return JSON.stringify(masked.length > 160 ? `${masked.slice(0, 160)}…` : masked);
  }
}

/** The URL without a name or password. */
export function shown(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search}`;
}

function parsed(url: string, headers: Headers, text: string): Answer | Passing {
  try {
    return { url, headers, body: JSON.parse(text) };
  } catch {
    return { trouble: "failing", message: `answered ${JSON.stringify(text.slice(0, 60))}, wanted JSON` };
  }
}

/** Why a request failed, in a few words. */
function reason(error: unknown): string {
  const said = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) said.push(cause.message);
  const text = said.join(": ") || String(error);
  const known = /connection refused|connection reset|dns error|certificate/i.exec(text)?.[0].toLowerCase();
  return known === "dns error" ? "unknown host" : known ?? text.slice(0, 120);
}
