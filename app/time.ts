import { type Config, ConfigError } from "../config.ts";
import type { Clock, Instant } from "../core/mod.ts";
import { livingSpeed, readTime, timeNow } from "./lake_time.ts";
import { isShared } from "./state_place.ts";
import { systemClock } from "./system.ts";

/** The time by which a lake lives. */
export interface TimeOfLake {
  readonly clock: Clock;
  /** How many times faster it runs than the machine's. */
  readonly speed: number;
  /** When it first ran faster; undefined where it never did. */
  readonly troubled: Instant | undefined;
}

/** The machine's time. */
export const MACHINE: TimeOfLake = { clock: systemClock, speed: 1, troubled: undefined };

/**
 * The time of the configured lake: where it once lived faster, it goes on from there, and as fast as the daemon at work.
 *
 * @param isBuiltIn Whether all its data come from the built-in stations.
 * @throws {ConfigError} If real data were to come faster.
 */
export function timeOf(
  { state }: Pick<Config, "state">,
  { isBuiltIn, speed, follows = true }: {
    readonly isBuiltIn: boolean;
    readonly speed: number | undefined;
    /** Whether it goes as fast as a daemon at work, where no speed is given. @default true */
    readonly follows?: boolean | undefined;
  },
): TimeOfLake {
  if (!isBuiltIn) {
    if (speed === undefined) return MACHINE;
    throw new ConfigError([
      `starting the daemon: found --speed beside a source that does not live faster, wanted the built-in stations: ` +
      "no OPENAQ_API_KEY, no OPENAQ_API_URL",
    ]);
  }
  if (isShared(state)) {
    if (speed === undefined) return MACHINE;
    throw new ConfigError([
      "starting the daemon: found --speed beside a state on PostgreSQL, wanted a SQLite file",
    ]);
  }
  const kept = readTime(state);
  if (kept === undefined && speed === undefined) return MACHINE;
  const now = systemClock.now();
  const from = kept === undefined ? now : Math.max(now, timeNow(kept, now));
  const living = kept === undefined || !follows ? undefined : livingSpeed(kept, now);
  const faster = speed ?? living ?? 1;
  return {
    clock: fastClock(systemClock, { speed: faster, from }),
    speed: faster,
    troubled: kept?.began ?? from,
  };
}

/** A clock that shows `from` now and runs `speed` times as fast as another. */
export function fastClock(
  clock: Clock,
  { speed, from }: { readonly speed: number; readonly from: Instant },
): Clock {
  const elapsed = () => clock.awake() + clock.asleep();
  const since = elapsed();
  return {
    now: () => Math.floor(from + speed * (elapsed() - since)),
    awake: () => speed * clock.awake(),
    asleep: () => speed * clock.asleep(),
    sleep: (duration, signal) => clock.sleep(duration / speed, signal),
  };
}
