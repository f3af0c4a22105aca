import { type Milliseconds, SECOND } from "../core/mod.ts";

/** How often the time is looked at while somebody waits. */
export const BEAT: Milliseconds = SECOND / 2;
/** How much later than it was set for a beat comes when the process was asleep, rather than busy. */
export const LATE: Milliseconds = 2 * SECOND;

/** Tells time awake from time asleep: a beat that comes much later than it was set for was slept through. */
export class Heartbeat {
  #awake = 0;
  #asleep = 0;
  #last: Milliseconds;
  #waiting = 0;
  #beat: ReturnType<typeof setInterval> | undefined;

  /** @param elapsed The time since some moment, which no setting of a clock changes. */
  constructor(readonly elapsed: () => Milliseconds) {
    this.#last = elapsed();
  }

  awake(): Milliseconds {
    this.#look();
    return this.#awake;
  }

  asleep(): Milliseconds {
    this.#look();
    return this.#asleep;
  }

  /** Beats until `end` is called as often: only then is a sleep noticed. */
  begin(): void {
    this.#look();
    if (++this.#waiting === 1) this.#beat = setInterval(() => this.#look(), BEAT);
  }

  end(): void {
    this.#look();
    if (--this.#waiting === 0) clearInterval(this.#beat);
  }

  #look(): void {
    const now = this.elapsed();
    const passed = now - this.#last;
    const slept = this.#waiting > 0 && passed > BEAT + LATE ? passed - BEAT : 0;
    this.#asleep += slept;
    this.#awake += passed - slept;
    this.#last = now;
  }
}
