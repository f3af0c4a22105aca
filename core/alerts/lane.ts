import type { Milliseconds } from "../instant.ts";
import type { Channel } from "../ports/channel.ts";
import { type Backoff, backoff } from "../run/backoff.ts";
import type { Ports } from "../run/session.ts";

/** Pauses after deliveries that failed: never given up, and never far apart. */
const PAUSE: Backoff = { base: { seconds: 5 }, limit: { minutes: 10 } };

/** How often a message failed in a row, and until when it rests. */
interface Rest {
  readonly failures: number;
  readonly until: Milliseconds;
}

/**
 * When what may be sent by one channel. Where one message fails alone it may be the message: it rests by itself, longer
 * each time, and holds back no other for more than the shortest pause. Where others fail, too, it is the channel: one
 * message is tried after each pause, and once one arrives, all others go.
 */
export class Lane {
  readonly #ports: Pick<Ports, "random">;
  readonly #awake: () => Milliseconds;
  readonly #rests = new Map<number, Rest>();
  /** The messages that failed since one arrived. */
  readonly #inARow = new Set<number>();
  #failures = 0;
  #until: Milliseconds = -Infinity;

  /** @param awake The machine's time awake. */
  constructor(readonly channel: Channel, ports: Pick<Ports, "random">, awake: () => Milliseconds) {
    this.#ports = ports;
    this.#awake = awake;
  }

  /** How long nothing is to be sent, as far as is known; Infinity where nothing waits for a further try. */
  get pause(): Milliseconds {
    if (this.#rests.size === 0) return Infinity;
    const until = this.rests || this.#isDown
      ? this.#until
      : Math.min(...[...this.#rests.values()].map(({ until }) => until));
    return Math.max(0, until - this.#awake());
  }

  /** Whether nothing at all may be sent now. */
  get rests(): boolean {
    return this.#awake() < this.#until;
  }

  /** The messages that are not to be sent now. */
  get resting(): readonly number[] {
    if (this.#isDown) return [];
    const awake = this.#awake();
    return [...this.#rests].filter(([, { until }]) => until > awake).map(([id]) => id);
  }

  /** Notes that a message did not arrive. */
  failed(id: number): void {
    const longest = Math.max(
      this.#failures,
      ...[...this.#inARow].map((each) => this.#rests.get(each)?.failures ?? 0),
    );
    this.#inARow.add(id);
    const failures = (this.#rests.get(id)?.failures ?? 0) + 1;
    this.#failures = this.#isDown ? longest + 1 : 1;
    this.#rests.set(id, { failures, until: this.#after(failures) });
    this.#until = this.#isDown ? this.#after(this.#failures) : this.#after(1);
  }

  /** Notes that a message arrived. */
  arrived(id: number): void {
    for (const each of this.#isDown ? [id, ...this.#inARow] : [id]) this.#rests.delete(each);
    this.#inARow.clear();
    this.#failures = 0;
    this.#until = -Infinity;
  }

  /** Notes that there is nothing to be sent but what rests. */
  emptied(): void {
    const resting = new Set(this.resting);
    for (const id of this.#rests.keys()) if (!resting.has(id)) this.#rests.delete(id);
    if (resting.size > 0) return;
    this.#inARow.clear();
    this.#failures = 0;
  }

  get #isDown(): boolean {
    return this.#inARow.size > 1;
  }

  #after(failures: number): Milliseconds {
    return this.#awake() + backoff(this.#ports, PAUSE, failures);
  }
}
