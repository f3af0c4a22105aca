import { type AssetKey, type Duration, type Instant, type Sensor, sensor } from "../core/mod.ts";

/** A service that assets ask, and how it is found out whether it answers. */
export interface ReachableOptions {
  readonly name: string;
  readonly description?: string;
  /** The pool of the assets that ask it. */
  readonly pool: string;
  /** Those assets: after a failed run over one of them it is probed. */
  readonly assets: readonly AssetKey[];
  /** Asks it once. @returns Why it does not answer; null where it does. */
  readonly probe: (signal: AbortSignal) => Promise<string | null>;
  /** While it is down, it is probed no more often. @default a minute */
  readonly every?: Duration;
}

/** What was found when it was looked at last. */
interface Found {
  readonly at: Instant;
  readonly up: boolean;
}

/** Among so many of the latest runs one that failed is looked for. */
const LATEST = 100;

/**
 * Whether a service can be reached: probed at first, after each failed run that asked it, and again and again while it
 * is down. As long as it is, nothing that asks it is asked for.
 */
export function reachable(options: ReachableOptions): Sensor {
  const { pool, assets, probe, every = { minutes: 1 }, description = `whether ${pool} answers` } = options;
  return sensor({
    name: options.name,
    description,
    every,
    timeout: { seconds: 45 },
    async sense({ cursor, now, runs, signal }) {
      const last = cursor as unknown as Found | undefined;
      const isKnown = last?.up && last.at <= now;
      if (isKnown && !await failedSince(last.at)) return { skip: `${pool} answers` };
      const message = await probe(signal);
      return {
        down: { [pool]: message },
        cursor: { at: now, up: message === null },
        skip: message === null ? `${pool} answers` : `${pool} is down: ${message}; what asks it waits`,
      };

      async function failedSince(at: Instant): Promise<boolean> {
        return (await runs.runs(LATEST, { command: "materialize" })).some((
          { status, ended, request: { ranges } },
        ) =>
          status === "failed" && ended !== null && ended >= at &&
          ranges.some(({ asset }) => assets.includes(asset))
        );
      }
    },
  });
}
