import { clearImmediate, setImmediate } from "node:timers";
import type { Clock, Instant, Milliseconds } from "../core/mod.ts";

/** A clock that moves only when it is told to, or by itself. */
export interface FakeClock extends Clock {
  /** Moves the clock on, waking sleepers in order; what they set off runs before the next wakes. */
  advance(by: Milliseconds): Promise<void>;
  /** Lets the process be asleep for so long: only the wall clock moves on. */
  suspend(by: Milliseconds): void;
  /** How many sleep. */
  readonly sleepers: number;
}

export interface FakeClockOptions {
  /** Whether time moves on to the next sleeper as soon as nothing else happens. @default false */
  readonly auto?: boolean;
}

interface Sleeper {
  /** On the clock that counts only time awake. */
  readonly until: Milliseconds;
  readonly wake: () => void;
}

/** How many turns of the event loop without a change count as nothing happening. */
const IDLE_TURNS = 3;

export function fakeClock(start: Instant, { auto = false }: FakeClockOptions = {}): FakeClock {
  let awake = 0;
  let asleep = 0;
  let idle = 0;
  let watch: ReturnType<typeof setImmediate> | undefined;
  const sleepers = new Set<Sleeper>();

  function next(): Sleeper | undefined {
    return [...sleepers].reduce<Sleeper | undefined>((a, b) => a && a.until <= b.until ? a : b, undefined);
  }

  function wake(sleeper: Sleeper): void {
    awake = Math.max(awake, sleeper.until);
    sleeper.wake();
  }

  /** Wakes the next sleeper once nothing has happened for a few turns. */
  function watchOn(): void {
    if (watch !== undefined) clearImmediate(watch);
    watch = sleepers.size === 0 ? undefined : setImmediate(() => {
      const sleeper = ++idle > IDLE_TURNS ? next() : undefined;
      if (sleeper) wake(sleeper);
      else watchOn();
    });
  }

  function changed(): void {
    idle = 0;
    if (auto) watchOn();
  }

  return {
    now: () => start + awake + asleep,
    awake: () => awake,
    asleep: () => asleep,
    get sleepers() {
      return sleepers.size;
    },
    sleep(duration, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", abort);
          changed();
        };
        const abort = () => {
          leave();
          reject(signal?.reason);
        };
        const sleeper = {
          until: awake + duration,
          wake: () => {
            leave();
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", abort);
        changed();
      });
    },
    async advance(by) {
      const end = awake + by;
      await turn();
      for (let sleeper = next(); sleeper && sleeper.until <= end; sleeper = next()) {
        wake(sleeper);
        await turn();
      }
      awake = end;
    },
    suspend(by) {
      asleep += by;
    },
  };
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
