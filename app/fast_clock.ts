import type { Clock, Instant } from "../core/mod.ts";

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
