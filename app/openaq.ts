import type { Config } from "../config.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { KeyValue } from "../core/ports/key_value.ts";
import type { Log } from "../core/ports/log.ts";
import type { Spool } from "../sources/openaq/spool.ts";
import type { OpenAQSource } from "../sources/openaq/source.ts";
import { SECOND } from "../core/instant.ts";
import { LakeError } from "./identity.ts";
import { systemClock } from "./system.ts";

/** The built-in stations' seed. */
const SEED = 1;
/** An address that only the built-in stations answer. */
const BUILT_IN = "http://simulated.invalid";
const ANNOUNCED = "x-airgraph-source";

export interface OpenAQParts {
  readonly config: Config;
  readonly kv: KeyValue;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly log: Log;
  /** The source that the lake holds. */
  readonly source: string;
}

export interface ConnectedOpenAQ {
  readonly source: OpenAQSource;
  requests(): number;
}

/** OpenAQ as configured, at its pace; what answers from another source than the lake's is not listened to. */
export async function connectOpenAQ(parts: OpenAQParts): Promise<ConnectedOpenAQ> {
  const { config: { openaq }, kv, spool, clock, log, source } = parts;
  const [{ OpenAQ }, { openaqSource }, { paced, unpaced }] = await Promise.all([
    import("../sources/openaq/client.ts"),
    import("../sources/openaq/source.ts"),
    import("../sources/openaq/pace.ts"),
  ]);
  const { perMinute, perHour } = openaq;
  const client = new OpenAQ({
    url: openaq.url ?? BUILT_IN,
    key: openaq.key ?? undefined,
    fetch: openaq.url === null ? await builtIn(clock) : (request) => fetchFrom(source, request),
    clock,
    random: Math.random,
    log,
    pace: openaq.url === null ? unpaced : paced({ perMinute, perHour, kv, clock }),
    timeout: openaq.timeout * 1_000,
  });
  return {
    source: openaqSource({ client, kv, spool, clock, countryId: openaq.countryId }),
    requests: () => client.requests,
  };
}

/** The source that is configured, as far as can be told without asking. */
export function knownSource({ openaq: { url } }: Config): string | undefined {
  if (url === null) return `simulated:${SEED}`;
  const { hostname, origin } = new URL(url);
  return hostname === "api.openaq.org" ? origin : undefined;
}

/** How often an address is asked what it is, while what it answers may pass. */
const ATTEMPTS = 3;

/**
 * The source that the configured URL announces, or its origin. Costs a request that no pace counts.
 * @throws {Error} If nothing answers that could be OpenAQ's API: one line.
 */
export async function askSource({ openaq }: Config, signal?: AbortSignal): Promise<string> {
  const { url, key, timeout } = openaq;
  const { origin } = new URL(url!);
  const address = `${url!.replace(/(\/v3)?\/*$/, "")}/v3/countries?limit=1`;
  for (let attempt = 1;; attempt++) {
    const ended = AbortSignal.any([AbortSignal.timeout(timeout * SECOND), ...signal ? [signal] : []]);
    const response = await fetch(address, {
      headers: { "X-API-Key": key! },
      redirect: "manual",
      signal: ended,
    })
      .catch((error) => {
        signal?.throwIfAborted();
        return error as Error;
      });
    if (response instanceof Response) {
      await response.body?.cancel();
      const source = sourceOf(response, origin);
      if (source !== undefined) return source;
    }
    const passing = !(response instanceof Response) || response.status === 429 || response.status >= 500;
    if (!passing || attempt === ATTEMPTS) throw noSource(origin, timeout, response);
    const reset = response instanceof Response && response.headers.get("x-ratelimit-reset");
    await systemClock.sleep(Math.min(Number(reset || attempt), 15) * SECOND, signal);
  }
}

function noSource(origin: string, timeout: number, found: Response | Error): Error {
  const asking = `asking "${origin}" what it is`;
  if (!(found instanceof Response)) {
    const message = `${asking}: it cannot be reached, wanted OpenAQ's API within ${timeout} s`;
    return new Error(message, { cause: found });
  }
  const wanted = [401, 403].includes(found.status) ? "a valid OPENAQ_API_KEY" : "OpenAQ's API";
  return new Error(
    `${asking}: it answered ${found.status}${found.ok ? " without JSON" : ""}, wanted ${wanted}`,
  );
}

async function fetchFrom(source: string, request: Request): Promise<Response> {
  const response = await fetch(request);
  const announced = sourceOf(response, new URL(request.url).origin);
  if (announced === undefined || announced === source) return response;
  await response.body?.cancel();
  throw new LakeError(`${announced} answers, this lake holds data of ${source}`);
}

/** Where an answer comes from; undefined for an error's, and for what is no API's, which may be anybody's on the way. */
function sourceOf({ headers, ok }: Response, origin: string): string | undefined {
  const isAnswer = ok && headers.get("content-type")?.includes("json");
  return headers.get(ANNOUNCED) ?? (isAnswer ? origin : undefined);
}

async function builtIn(clock: Clock): Promise<(request: Request) => Promise<Response>> {
  const [{ simulatedOpenAQ }, { generated }] = await Promise.all([
    import("../sources/openaq/simulator/simulated.ts"),
    import("../sources/openaq/simulator/generated.ts"),
  ]);
  return simulatedOpenAQ({ dataset: generated({ seed: SEED }), clock });
}
