import type { Tick, Ticking } from "./ticker.ts";

/** Ticks several side by side: none waits for another that takes its time. */
export class SideBySide implements Ticking {
  readonly #all: readonly Ticking[];

  constructor(all: readonly Ticking[]) {
    this.#all = all;
  }

  get wakes(): number {
    return this.#all.reduce((first, { wakes }) => Math.min(first, wakes), Infinity);
  }

  async tick(signal: AbortSignal): Promise<Tick> {
    const settled = await Promise.allSettled(this.#all.map((each) => each.tick(signal)));
    const failed = settled.find(({ status }) => status === "rejected");
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    const ticks = settled.map((each) => (each as PromiseFulfilledResult<Tick>).value);
    return {
      at: Math.max(...ticks.map(({ at }) => at)),
      runs: ticks.flatMap(({ runs }) => runs),
    };
  }
}
