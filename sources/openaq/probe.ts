import { type Clock, SECOND } from "../../core/mod.ts";
import { limitsOf, type Pace } from "./pace.ts";
import { within } from "./timeout.ts";

export interface ProbeOptions {
  readonly url: string;
  readonly key: string | null;
  /** In seconds. */
  readonly timeout: number;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly pace: Pace;
  readonly clock: Clock;
}

/** Whoever has to wait longer for the pace does not ask: the service answers others. */
const LONGEST_WAIT = 5 * SECOND;

/** Asks OpenAQ one small question, once. @returns Why it does not answer; null where it does. */
export async function probe(options: ProbeOptions, signal: AbortSignal): Promise<string | null> {
  const { url, key, timeout, fetch, pace, clock } = options;
  if ((await pace.outlook(1)).first > LONGEST_WAIT) return null;
  await pace.start(signal);
  const address = `${url.replace(/(\/v3)?\/*$/, "")}/v3/countries?limit=1`;
  const { origin } = new URL(url);
  try {
    const response = await within(clock, timeout * SECOND, signal, async (signal) => {
      const headers = { ...(key !== null && { "X-API-Key": key }) };
      const response = await fetch(new Request(address, { headers, redirect: "manual", signal }));
      await response.body?.cancel();
      return response;
    });
    await pace.heard(response && limitsOf(response.headers, clock.now()));
    if (response === undefined) return `"${origin}" did not answer within ${timeout} s`;
    return response.status < 500 ? null : `"${origin}" answered ${response.status}`;
  } catch (error) {
    signal.throwIfAborted();
    await pace.heard(undefined);
    const found = error instanceof Error ? error.message : String(error);
    return `"${origin}" cannot be reached (${found.replaceAll(/\s*\n\s*/g, " ")})`;
  }
}
