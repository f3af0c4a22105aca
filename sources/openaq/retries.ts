import { type Clock, type Milliseconds, type Random, SECOND } from "../../core/mod.ts";

/** So many requests may be made again whatever was answered. */
const SPARE = 2;
/** So many more of those that were made only once: sensors that go on failing leave them to the others. */
const FIRST = 2;
/** Each answer lets so many more be made again. */
const SHARE = 0.07;
/** Each time that a request was made again which is answered in the end gives back so much of its own. */
const REPAID = 0.6;
/** So many made again without any answer say that nothing answers at all. */
const IN_A_ROW = 5;

/** A place in the line of those that are to be made again. */
export interface Turn extends Disposable {
  /** How long it is waited for; undefined where the request is not to be made again. */
  readonly pause: Milliseconds | undefined;
}

/**
 * The requests that may be made again, over a whole run: two, two more that were made only once, and some of those that were
 * answered; one that is answered when it is made again counts less than one that is not, so that a moment's trouble of the
 * server is made up for, while a sensor that goes on failing is given up soon, and leaves the others their repeat. They are
 * made one at a time, after pauses that double with each that brings no answer: a server that is down for a moment is not
 * pressed, and one that is down for longer is noticed by a few requests.
 */
export class Retries {
  readonly #parts: { readonly clock: Clock; readonly random: Random };
  #left = SPARE;
  #firsts = FIRST;
  /** How many were made again since something was answered. */
  #inARow = 0;
  #line: Promise<void> = Promise.resolve();

  constructor(parts: { readonly clock: Clock; readonly random: Random }) {
    this.#parts = parts;
  }

  /** Something was answered. @param again How often it was made again, whatever it was told meanwhile. */
  answered(again: number): void {
    this.#left += SHARE + REPAID * again;
    this.#inARow = 0;
  }

  /** Waits in line; dispose of the turn once the request has ended. @param attempt How often the request was made. */
  async turn(attempt: number, signal?: AbortSignal): Promise<Turn> {
    const before = this.#line;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#line = promise;
    await before;
    if (signal?.aborted) resolve();
    signal?.throwIfAborted();
    const isFirst = attempt === 1 && this.#left < 1 && this.#firsts > 0;
    // As long as nothing at all is answered, it is no sensor's own trouble.
    const isDown = this.#inARow > 0;
    const allowed = (this.#left >= 1 || isFirst || isDown) && this.#inARow < IN_A_ROW;
    const doubled = Math.max(attempt - 1, this.#inARow);
    if (allowed) {
      // What is tried once more all the same says nothing of the others.
      if (isFirst) this.#firsts--;
      else {
        this.#left = Math.max(0, this.#left - 1);
        this.#inARow++;
      }
    }
    const pause = allowed ? this.#parts.random() * SECOND * 2 ** doubled : undefined;
    return { pause, [Symbol.dispose]: resolve };
  }
}
