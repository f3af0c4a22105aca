import type { Config } from "../config.ts";
import {
  type Clock,
  type Instant,
  type KeyValue,
  LakeError,
  type Log,
  MINUTE,
  SourceHealth,
  type Spool,
  type Tracer,
} from "../core/mod.ts";
import type { OpenAQWatch } from "./alerts.ts";
import { sourceOf } from "../sources/openaq/announced.ts";
import type { HoursOnRecord } from "../sources/openaq/owing.ts";
import type { OpenAQSource } from "../sources/openaq/source.ts";
import { SEED } from "./source.ts";
import { tracedFetch } from "./traced/fetch.ts";

/** An address that only the built-in stations answer. */
export const BUILT_IN = "http://simulated.invalid";

export interface OpenAQParts {
  readonly config: Config;
  readonly kv: KeyValue;
  readonly spool: Spool;
  /** How many requests were made again to know its source. */
  readonly spent: number;
  readonly record: HoursOnRecord;
  readonly clock: Clock;
  /** How many times faster it runs than the machine's. */
  readonly speed: number;
  /** When the built-in stations' day of troubles begins. @default never */
  readonly troubled: Instant | undefined;
  readonly log: Log;
  readonly tracer: Tracer;
  /** The source that the lake holds. */
  readonly source: string | SilentSource;
}

/** A source that did not answer when the lake was opened: what announces itself first is admitted, if the lake may hold it. */
export interface SilentSource {
  /** Why it did not answer, in a line. */
  readonly message: string;
  /** @throws {LakeError} */
  admit(source: string): Promise<void>;
}

export interface ConnectedOpenAQ {
  readonly source: OpenAQSource;
  requests(): number;
  /** Those of them that were answered 429. */
  limited(): number;
  /** Notes on the answers for their readers, a line each. */
  notices(): readonly string[];
  /** Absent where nobody asks it. */
  readonly watch?: OpenAQWatch;
}

/** OpenAQ as configured, at its pace; what answers from another source than the lake's is not listened to. */
export async function connectOpenAQ(parts: OpenAQParts): Promise<ConnectedOpenAQ> {
  const { config: { openaq }, kv, spool, spent, record, clock, log, source, speed, troubled, tracer } = parts;
  const [{ OpenAQ }, { openaqSource }, { paced, unpaced }] = await Promise.all([
    import("../sources/openaq/client.ts"),
    import("../sources/openaq/source.ts"),
    import("../sources/openaq/pace.ts"),
  ]);
  const { perMinute, perHour } = openaq;
  const health = new SourceHealth("openaq", kv, clock);
  if (typeof source !== "string") await health.failed(source.message, true, clock.now());
  const client = new OpenAQ({
    url: openaq.url ?? BUILT_IN,
    key: openaq.key ?? undefined,
    fetch: tracedFetch(tracer, openaq.url === null ? await builtIn(clock, troubled) : fetchFrom(source)),
    clock,
    random: Math.random,
    log,
    pace: openaq.url === null ? unpaced : paced({ perMinute, perHour, kv, clock, log }),
    timeout: openaq.timeout * 1_000 * speed,
    patience: MINUTE * speed,
    health,
  });
  return {
    source: openaqSource({ client, kv, spool, spent, record, clock, countryId: openaq.countryId }),
    requests: () => client.requests,
    limited: () => client.limited,
    notices: () => client.notice === undefined ? [] : [client.notice],
    watch: { health, probe: (signal) => client.probe(signal) },
  };
}

/** OpenAQ where no pipeline asks it. */
export const unasked: ConnectedOpenAQ = {
  source: {
    locations: nobody,
    expected: () => 0,
    async *hours() {
      yield await nobody();
    },
    silent: nobody,
    notice: nobody,
    tellOwed: nobody,
    remember: nobody,
    owes: nobody,
  },
  requests: () => 0,
  limited: () => 0,
  notices: () => [],
};

function nobody(): Promise<never> {
  return Promise.reject(new Error("asking OpenAQ: found no pipeline that asks it, wanted one"));
}

/** What fetches from a source; answers of another are not listened to. */
function fetchFrom(source: string | SilentSource): (request: Request) => Promise<Response> {
  let held = source;
  const admit = async (announced: string): Promise<void> => {
    if (typeof held !== "string") {
      await held.admit(announced);
      held = announced;
    }
    if (announced !== held) throw new LakeError(`${announced} answers, this lake holds data of ${held}`);
  };
  return async (request) => {
    const response = await fetch(request);
    const announced = sourceOf(response, new URL(request.url).origin);
    if (announced === undefined || announced === held) return response;
    try {
      await admit(announced);
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
    return response;
  };
}

/** The built-in stations. */
export async function builtIn(
  clock: Clock,
  troubled?: Instant,
): Promise<(request: Request) => Promise<Response>> {
  const [{ simulatedOpenAQ }, { generated }, { troubles }] = await Promise.all([
    import("../sources/openaq/simulator/simulated.ts"),
    import("../sources/openaq/simulator/generated.ts"),
    import("../sources/openaq/simulator/troubles.ts"),
  ]);
  if (troubled === undefined) return simulatedOpenAQ({ dataset: generated({ seed: SEED }), clock });
  const wrong = troubles(troubled);
  return simulatedOpenAQ({
    dataset: generated({ seed: SEED, from: wrong.from }),
    clock,
    troubles: wrong,
  });
}
