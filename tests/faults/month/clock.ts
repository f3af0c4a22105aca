import type { Clock, Instant, Milliseconds } from "../../../core/mod.ts";

/** Real time without any change after which nothing is taken to happen but that time passes. */
const IDLE: Milliseconds = 2;

interface Sleeper {
  readonly until: Milliseconds;
  readonly wake: () => void;
}

/**
 * A clock of a lake that is asked over real HTTP: it stands still but for sleepers, of which the next wakes when little else
 * happens, and no question is open.
 */
export class MonthClock implements Clock {
  #open = 0;
  #awake: Milliseconds = 0;
  #asleep: Milliseconds = 0;
  readonly #sleepers = new Set<Sleeper>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param most Who sleeps for longer waits for something else. */
  constructor(readonly begin: Instant, readonly most: Milliseconds) {}

  readonly now = (): Instant => this.begin + this.#awake + this.#asleep;
  readonly awake = (): Milliseconds => this.#awake;
  readonly asleep = (): Milliseconds => this.#asleep;

  /** Comes to an instant, as a machine does that was asleep. */
  comeTo(instant: Instant): void {
    this.#asleep += Math.max(0, instant - this.now());
  }

  /** Stands still until something of the real world is over. */
  async during<T>(something: Promise<T>): Promise<T> {
    this.#open++;
    this.#watch();
    try {
      return await something;
    } finally {
      this.#open--;
      this.#watch();
    }
  }

  readonly sleep = (duration: Milliseconds, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", abort);
        this.#watch();
      };
      const abort = () => {
        leave();
        reject(signal?.reason);
      };
      const sleeper = {
        until: this.#awake + Math.ceil(duration),
        wake: () => {
          leave();
          resolve();
        },
      };
      signal?.addEventListener("abort", abort);
      if (duration <= this.most) this.#sleepers.add(sleeper);
      this.#watch();
    });

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#open === 0 && this.#sleepers.size > 0) this.#timer = setTimeout(() => this.#wakeNext(), IDLE);
  }

  #wakeNext(): void {
    let next: Sleeper | undefined;
    for (const each of this.#sleepers) if (next === undefined || each.until < next.until) next = each;
    if (next === undefined) return;
    this.#awake = Math.max(this.#awake, next.until);
    next.wake();
  }
}
