import { z } from "zod";
import {
  type Clock,
  type Instant,
  iso,
  type KeyValue,
  type Milliseconds,
  SECOND,
  WrongUseError,
} from "../../core/mod.ts";
import { sourceOf } from "./announced.ts";
import { answeredAt, WRONG } from "./date.ts";
import { limitsOf, paced } from "./pace.ts";
import { pause, within } from "./timeout.ts";

/** The origins that addresses announced when they were asked. */
const KEY = "openaq/sources";
const KEPT = z.record(z.string(), z.string());
/** How often an address is asked what it is, while what it answers may pass. */
const ATTEMPTS = 3;
/** How long it is waited at most before it is asked again, in seconds. */
const LONGEST_WAIT = 15;
/** For how long nothing is told at most. */
const SILENCE = 8 * SECOND;

/** The origin that an address announces, or why it announces none, and the number of requests that it took to know. */
export type Look =
  & { readonly requests: number }
  & ({ readonly source: string } | {
    readonly error: Error;
    /** Whether it may announce one later, as nothing answers now, or with another time of day. */
    readonly isPassing: boolean;
  });

/** The source that a URL announced when it was asked for this state; undefined where it never was. */
export async function rememberedSource(url: string, kv: KeyValue): Promise<string | undefined> {
  return KEPT.parse((await kv.get(KEY))?.value ?? {})[url];
}

/** Keeps the source that a URL announced, for `rememberedSource`. */
export async function rememberSource(url: string, kv: KeyValue, source: string): Promise<void> {
  for (;;) {
    const kept = await kv.get(KEY);
    const sources = KEPT.parse(kept?.value ?? {});
    if (sources[url] === source) return;
    if (await kv.put(KEY, { ...sources, [url]: source }, kept?.version ?? 0)) return;
  }
}

/** A URL that may be OpenAQ's, and how it is asked. */
export interface Address {
  readonly url: string;
  readonly key: string | null;
  /** The most requests a minute. */
  readonly perMinute: number;
  /** The most requests an hour. */
  readonly perHour: number;
  /** In seconds, for one request. */
  readonly timeout: number;
}

export interface LookOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told in a line what is waited for. */
  readonly tell?: (line: string) => void;
  /** @default the global one */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * The source that a URL announces, or its origin, asked for at the pace that `kv` keeps; an error of one
 * line where nothing answers that could be OpenAQ's API, or only with another time of day.
 */
export async function askSource(
  { url, key, timeout, perMinute, perHour }: Address,
  kv: KeyValue,
  { clock, signal, tell = () => {}, fetch: ask = fetch }: LookOptions,
): Promise<Look> {
  const { origin } = new URL(url);
  const address = `${url.replace(/(\/v3)?\/*$/, "")}/v3/countries?limit=1`;
  const pace = paced({ perMinute, perHour, kv, clock });
  for (let requests = 1;; requests++) {
    const { first, by } = await pace.outlook(1);
    if (first >= SECOND) tell(`waiting for the pace: ${by}, asking "${origin}" in ${seconds(first)}`);
    await pace.start(signal);
    const asked = clock.now();
    const began = clock.awake();
    const silence = () => tell(`"${origin}" has not answered for ${seconds(clock.awake() - began)}`);
    const timer = setInterval(silence, SILENCE);
    const response = await within(clock, timeout * SECOND, signal, async (signal) => {
      const headers = { "X-API-Key": key! };
      const response = await ask(new Request(address, { headers, redirect: "manual", signal }));
      await response.body?.cancel();
      return response;
    })
      .catch((error) => {
        signal?.throwIfAborted();
        return error as Error;
      })
      .finally(() => clearInterval(timer));
    const answered = response instanceof Response ? response : undefined;
    const limits = answered && limitsOf(answered.headers, clock.now());
    await pace.heard(limits);
    if (answered !== undefined) {
      const error = otherTime(origin, answered.headers, asked, clock.now());
      if (error !== undefined) return { error, isPassing: true, requests };
      const source = sourceOf(answered, origin);
      if (source !== undefined) return { source, requests };
    }
    const passing = answered === undefined || answered.status === 429 || answered.status >= 500;
    if (!passing || requests === ATTEMPTS) {
      return { error: noSource(origin, timeout, response, passing), isPassing: passing, requests };
    }
    const wait = Math.min(limits?.reset ?? requests, LONGEST_WAIT) * SECOND;
    const found = answered === undefined ? "does not answer" : `answered ${answered.status}`;
    tell(`"${origin}" ${found}: asking again in ${seconds(wait)}`);
    await pause(clock, wait, signal);
  }
}

function seconds(duration: Milliseconds): string {
  return `${Math.ceil(duration / SECOND)} s`;
}

function otherTime(origin: string, headers: Headers, asked: Instant, heard: Instant): Error | undefined {
  const answered = answeredAt(headers, asked, heard);
  if (answered === undefined || answered.apart < WRONG) return undefined;
  return new Error(
    `asking "${origin}" what it is: it answered at ${iso(answered.at)}, while it is ${iso(heard)} ` +
      "by this machine's clock, wanted clocks that agree",
  );
}

/** What answers with anything but what may pass is not what was configured. */
function noSource(
  origin: string,
  timeout: number,
  found: Response | Error | undefined,
  isPassing: boolean,
): Error {
  const asking = `asking "${origin}" what it is`;
  if (!(found instanceof Response)) {
    const message = `${asking}: it cannot be reached, wanted OpenAQ's API within ${timeout} s`;
    return new Error(message, { cause: found });
  }
  const wanted = [401, 403].includes(found.status) ? "a valid OPENAQ_API_KEY" : "OpenAQ's API";
  const message = `${asking}: it answered ${found.status}${
    found.ok ? " without JSON" : ""
  }, wanted ${wanted}`;
  return isPassing ? new Error(message) : new WrongUseError(message);
}
