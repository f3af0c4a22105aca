import { type Clock, type Milliseconds, MINUTE } from "../../core/mod.ts";

/**
 * Does the work with a signal that ends it after `duration`.
 * @returns The work's result, or undefined if it took too long.
 * @throws The outer signal's reason as soon as that is aborted.
 */
export async function within<T>(
  clock: Clock,
  duration: Milliseconds,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const ended = new AbortController();
  const signal = outer === undefined ? ended.signal : AbortSignal.any([ended.signal, outer]);
  const late = clock.sleep(duration, signal).then(() => undefined);
  const done = work(signal);
  for (const promise of [late, done]) promise.catch(() => {}); // the one that loses the race fails unheard
  try {
    return await Promise.race([done, late]);
  } finally {
    ended.abort();
  }
}

/** Time asleep is noticed at least so often. */
const LOOK: Milliseconds = MINUTE;

/** Resolves after `duration`, time asleep included, or rejects with the signal's reason as soon as it is aborted. */
export async function pause(clock: Clock, duration: Milliseconds, signal?: AbortSignal): Promise<void> {
  const passed = () => clock.awake() + clock.asleep();
  const end = passed() + duration;
  for (let left = duration; left > 0; left = end - passed()) await clock.sleep(Math.min(left, LOOK), signal);
}
