import type { Instant, Milliseconds } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";
import { Counters } from "./counters.ts";

/** How a daemon is: signs of life of its loops, whether it leads, and when it last requested runs. */
export class Pulse {
  /** Counts of what this process has done. */
  readonly counters = new Counters();
  readonly #clock: Clock;
  readonly #beats = new Map<"ticks" | "runs", Milliseconds>();
  #leads = false;
  #ticked: Milliseconds | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.beat("ticks");
    this.beat("runs");
  }

  /** The machine's time, whatever time the lake has. */
  get now(): Instant {
    return this.#clock.now();
  }

  /** One of the loops, that of what requests runs or that of the runs, gives a sign of life. */
  beat(loop: "ticks" | "runs"): void {
    this.#beats.set(loop, this.#clock.awake());
  }

  /** Something requested runs. */
  tick(): void {
    this.#ticked = this.#clock.awake();
  }

  /** Whether this worker requests runs. */
  set leads(leads: boolean) {
    this.#leads = leads;
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** How long another that leads has given no sign of life; undefined where this worker leads, or nobody. */
  leaderSilence: Milliseconds | undefined;

  /** How long ago something requested runs here, whether or not any were due; undefined where nothing did. */
  get sinceTick(): Milliseconds | undefined {
    return this.#ticked === undefined ? undefined : this.#clock.awake() - this.#ticked;
  }

  /** How long the slower of the loops has given no sign of life. */
  get silence(): Milliseconds {
    return this.#clock.awake() - Math.min(...this.#beats.values());
  }
}
