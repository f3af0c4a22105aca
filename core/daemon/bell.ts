import type { Milliseconds } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";

/** Wakes whoever waits for it; one that was rung while nobody waited ends the next wait at once. */
export class Bell {
  #isRung = false;
  #wake = () => {};

  constructor(readonly clock: Clock) {}

  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /** Waits for a ring, and at most so long awake. */
  async wait(most: Milliseconds): Promise<void> {
    const over = new AbortController();
    this.#wake = () => over.abort();
    if (!this.#isRung) await this.clock.sleep(Math.max(0, most), over.signal).catch(() => {});
    this.#wake = () => {};
    this.#isRung = false;
  }
}
