import type { Instant, Milliseconds } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";

/** How a daemon is: signs of life of its loops, whether it leads, and when it last asked for runs. */
export class Pulse {
  readonly #clock: Clock;
  readonly #beats = new Map<"ticks" | "runs", Milliseconds>();
  #leads = false;
  #ticked: Instant | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.beat("ticks");
    this.beat("runs");
  }

  /** One of the loops, that of what asks for runs or that of the runs, gives a sign of life. */
  beat(loop: "ticks" | "runs"): void {
    this.#beats.set(loop, this.#clock.awake());
  }

  /** Something asked for runs. */
  tick(at: Instant): void {
    this.#ticked = at;
  }

  /** Whether this worker asks for runs. */
  set leads(leads: boolean) {
    this.#leads = leads;
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** When something last asked for runs here, whether or not any were due; undefined where it never did. */
  get ticked(): Instant | undefined {
    return this.#ticked;
  }

  /** How long the slower of the loops has given no sign of life. */
  get silence(): Milliseconds {
    return this.#clock.awake() - Math.min(...this.#beats.values());
  }
}
