import type { Instant, Milliseconds } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";

/** What goes on in a daemon without end. */
const LOOPS = ["ticks", "runs"] as const;
type Loop = typeof LOOPS[number];

/** How a daemon is: signs of life of its loops, whether it leads, and when it last asked for runs. */
export class Pulse {
  readonly #clock: Clock;
  readonly #beats = new Map<Loop, Milliseconds>();
  #leads = false;
  #ticked: Instant | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    for (const loop of LOOPS) this.beat(loop);
  }

  beat(loop: Loop): void {
    this.#beats.set(loop, this.#clock.awake());
  }

  tick(at: Instant): void {
    this.#ticked = at;
  }

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
