import { type Milliseconds, type Random, SECOND } from "../../core/mod.ts";

/** Of the requests that an undisturbed history makes, so many may be made again. */
const SHARE = 0.3;
/** So many may be, however few there are: one that failed, and one that tells whether others are answered. */
const LEAST = 2;
/** So many that fail in a row, each alone and after a pause, say that nothing answers at all. */
const IN_A_ROW = 5;

/**
 * The requests of a history that may be made again, for whatever reason: three in ten of those that it makes undisturbed,
 * or two. They are made one at a time, after pauses that double with each that brings no answer: a server that is down for
 * a moment is not pressed, and one that is down for longer is noticed by a few requests.
 */
export class Retries {
  readonly #random: Random;
  #made: number;
  #isTroubled = false;
  /** How many failed alone, after a pause, since something was answered. */
  #alone = 0;

  /** @param spent How many were made again for the same run before. */
  constructor(random: Random, spent = 0) {
    this.#random = random;
    this.#made = spent;
  }

  /** How many more may be made again. @param undisturbed How many requests the history makes undisturbed. */
  left(undisturbed: number): number {
    return Math.max(LEAST, Math.floor(SHARE * undisturbed)) - this.#made;
  }

  /** One is made again. */
  made(): void {
    this.#made++;
  }

  /** One need not be made again after all: others were answered. */
  spared(): void {
    this.#made--;
  }

  answered(): void {
    this.#isTroubled = false;
    this.#alone = 0;
  }

  failed(alone: boolean): void {
    this.#isTroubled = true;
    if (alone) this.#alone++;
  }

  /** Nothing was answered since something failed: what is asked next is asked alone. */
  get isTroubled(): boolean {
    return this.#isTroubled;
  }

  /** It has been tried for long enough to say that nothing answers. */
  get isDown(): boolean {
    return this.#alone >= IN_A_ROW;
  }

  /** How long it is waited before the next one. @param asked How often it was made before. */
  pause(asked: number): Milliseconds {
    if (this.isDown) return 0;
    return this.#random() * SECOND * 2 ** Math.max(asked - 1, this.#alone);
  }
}
