import { HOUR, type Milliseconds, MINUTE } from "../../../core/instant.ts";
import type { Oracle } from "../oracle.ts";
import type { Worker } from "../worker.ts";

/** As long as no clock is set, no more requests are counted in any minute and hour than may be; and none is sent that was not. */
export class PaceRule {
  /** When requests started since clocks agree, by the time awake. */
  #starts: Milliseconds[] = [];
  #clocks = "";
  readonly #leave = new Map<Worker, number>();

  constructor(readonly oracle: Oracle) {}

  /** A request of the worker may start now. @param agree Whether clocks are as they were when it was counted. */
  counted(worker: Worker, { agree }: { readonly agree: boolean }): void {
    const { skew, world: { turns, openaq } } = worker;
    this.#leave.set(worker, (this.#leave.get(worker) ?? 0) + 1);
    const clocks = `${turns.clocksSet} ${skew}`;
    if (clocks !== this.#clocks || !agree) this.#starts = [];
    this.#clocks = clocks;
    if (!agree) return;
    this.#starts.push(turns.awake);
    for (const [most, length] of [[openaq!.perMinute, MINUTE], [openaq!.perHour, HOUR]] as const) {
      const within = this.#starts.filter((start) => start > turns.awake - length).length;
      if (within <= most) continue;
      throw this.oracle.violation(
        `${within} requests start within ${length / MINUTE} min, wanted ${most} at most`,
      );
    }
  }

  sent(worker: Worker): void {
    const leave = this.#leave.get(worker) ?? 0;
    if (leave === 0) {
      throw this.oracle.violation(`${worker.name} sends a request that the pace has not counted`);
    }
    this.#leave.set(worker, leave - 1);
  }
}
