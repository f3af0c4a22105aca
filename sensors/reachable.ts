import {
  type Duration,
  type Instant,
  iso,
  type Milliseconds,
  MINUTE,
  type Sensor,
  sensor,
  type SourceRecord,
} from "../core/mod.ts";

/** A service that assets ask, as all who ask it know it. */
export interface KnownService {
  known(): Promise<SourceRecord>;
  /** Asks it once, if it is time to. @returns Why it does not answer; null where it does, as far as is known. */
  probe(signal: AbortSignal): Promise<string | null>;
}

/** A service that assets ask, and how it is found out whether it answers. */
export interface ReachableOptions {
  readonly name: string;
  readonly description?: string;
  /** The pool of the assets that ask it, by which it is known. */
  readonly pool: string;
  /** Undefined where it is never sensed, but only shown. */
  readonly service: KnownService | undefined;
  /** While it is in trouble, it is looked at no more often. @default a minute */
  readonly every?: Duration;
}

/** What answered so long ago is probed, so that before the next hour is asked for it is known whether it does. */
const QUIET: Milliseconds = 50 * MINUTE;

/**
 * Whether a service can be reached: probed at first, when nothing was asked of it for a while, and again and again from the
 * first question on that failed for good until one is answered. While it is down, nothing that asks it is requested.
 */
export function reachable(options: ReachableOptions): Sensor {
  const { pool, service, every = { minutes: 1 }, description = `whether ${pool} answers` } = options;
  return sensor({
    name: options.name,
    description,
    every,
    timeout: { seconds: 45 },
    async sense({ cursor, now, signal }) {
      if (service === undefined) return { skip: notAsked(pool) };
      const { answered, since } = await service.known();
      const isKnown = cursor !== undefined && answered !== null && Math.abs(now - answered) < QUIET;
      if (!isKnown || since !== null) await service.probe(signal);
      return { cursor: "known", skip: told(pool, await service.known()) };
    },
  });
}

function told(pool: string, { answered, since, message, isDown }: SourceRecord): string {
  if (since !== null && isDown) return `${pool} is down: ${message}; what asks it waits`;
  const found = answered === null ? notAsked(pool) : `${pool} answered at ${toTheMinute(answered)}`;
  return since === null ? found : `${found}, and not since: ${message}`;
}

function notAsked(pool: string): string {
  return `${pool}: not asked yet`;
}

/** As exactly as it is kept. */
function toTheMinute(at: Instant): string {
  return iso(at - at % MINUTE).replace(":00Z", "Z");
}
