import type { Clock } from "../../../core/mod.ts";
import { ANNOUNCED } from "../announced.ts";
import { answer } from "./answers.ts";
import { control } from "./control.ts";
import type { Dataset } from "./dataset.ts";
import { RateCounter, type RateLimits } from "./limits.ts";
import { failure, type Reply } from "./reply.ts";
import type { Troubles } from "./troubles.ts";

export interface SimulatorOptions {
  readonly dataset: Dataset;
  readonly clock: Pick<Clock, "now">;
  /** The key that must be sent. @default any, or none */
  readonly key?: string;
  /** Whether some key must be sent. @default false */
  readonly needsKey?: boolean;
  /** @default none */
  readonly limits?: RateLimits;
  /** A window with more rows answers 408. @default any number is answered */
  readonly mostRows?: number;
  /** @default none */
  readonly troubles?: Troubles;
}

const UNAUTHORIZED: Reply = {
  status: 401,
  body: `{"message":"Unauthorized. A valid API key must be provided in the X-API-Key header."}`,
};

/**
 * A server that answers as OpenAQ's API, version 3, does, and names its source in the header `x-airgraph-source`.
 * Besides, `POST /_simulator/measurements` `{sensor, datetime, value}` changes the row that begins at `datetime`, and
 * `POST /_simulator/fail` `{sensor, status}` makes a sensor's measurements fail with the status, until it is null.
 */
export function simulatedOpenAQ(options: SimulatorOptions): (request: Request) => Promise<Response> {
  const { dataset, clock, key, needsKey = false, limits, mostRows = Infinity, troubles } = options;
  const counter = limits && new RateCounter(limits);
  const failing = new Map<number, number>();
  const source = dataset.source === undefined ? {} : { [ANNOUNCED]: dataset.source };

  return async (request) => {
    const url = new URL(request.url);
    let rates: Readonly<Record<string, string>> = {};
    const { status, body } = await reply();
    return new Response(body, {
      status,
      headers: {
        "content-type": "application/json",
        date: new Date(clock.now()).toUTCString(),
        ...source,
        ...rates,
      },
    });

    async function reply(): Promise<Reply> {
      if (url.pathname.startsWith("/_simulator/")) return await control(request, dataset, failing);
      if (troubles?.isDown(clock.now())) return failure(503, "Service Unavailable");
      const sent = request.headers.get("x-api-key");
      if ((needsKey && !sent) || (key !== undefined && sent !== key)) return UNAUTHORIZED;
      const counted = counter?.count(clock.now());
      rates = counted?.headers ?? {};
      if (counted?.allowed === false) return failure(429, "Too many requests");
      if (request.method !== "GET") return failure(405, "Method Not Allowed");
      const now = clock.now();
      const bad = troubles === undefined ? failing : new Map([...troubles.failing(now), ...failing]);
      return await answer({ dataset, now, mostRows, failing: bad }, url);
    }
  };
}
