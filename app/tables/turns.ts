import { BusyError, type Milliseconds, SECOND } from "../../core/mod.ts";

/** At most so many at once. */
const MOST = 2;
/** So long a turn is waited for. */
const PATIENCE: Milliseconds = 5 * SECOND;
/** At most so many wait: more would not get their turn in time. */
const WAITING = 20;

/** Turns of which only a few are had at once. */
export class Turns {
  readonly #patience: Milliseconds;
  #taken = 0;
  readonly #line: (() => void)[] = [];

  constructor(patience: Milliseconds = PATIENCE) {
    this.#patience = patience;
  }

  /** Waits for a turn, and takes it; call what is returned to give it back, once. @throws {BusyError} */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken >= MOST) await this.#wait(signal);
    else this.#taken++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.#line.shift();
      if (next === undefined) this.#taken--;
      else next();
    };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const busy = () =>
      new BusyError(
        `running the statement: found ${MOST} others at work, wanted fewer: try again in a while`,
        PATIENCE,
      );
    if (this.#line.length >= WAITING) throw busy();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#line.push(resolve);
    const leave = (cause: unknown) => {
      const place = this.#line.indexOf(resolve);
      if (place < 0) return; // the turn has come
      this.#line.splice(place, 1);
      reject(cause);
    };
    const late = setTimeout(() => leave(busy()), this.#patience);
    const gone = () => leave(signal.reason);
    signal.addEventListener("abort", gone, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", gone);
    }
  }
}
