import type { Instant, Milliseconds } from "./instant.ts";
import { MINUTE, SECOND } from "./instant.ts";
import type { Clock } from "./ports/clock.ts";
import type { KeyValue } from "./ports/key_value.ts";
import { answeredAt, changeSource, putSource, type SourceRecord, sourceRecord } from "./source_record.ts";

/** A source of which a question failed for good, while it answered none since. */
export interface SourceTrouble {
  readonly since: Instant;
  /** The last error, in one line. */
  readonly message: string;
  /** Whether it is the source that is down, and not only what one question asked for. */
  readonly isDown: boolean;
  /** When it was last asked only to see whether it answers. */
  readonly probed: Instant | null;
}

/** Asks a source one small question; false where it could not be asked. @throws {Error} Why it does not answer. */
export type Probe = (signal: AbortSignal) => Promise<boolean>;

/** A source that is down is asked no more often whether it answers again. */
const EACH: Milliseconds = MINUTE;
/** How often it is looked whether another process met trouble while this one is answered. */
const LOOK: Milliseconds = 10 * SECOND;

/** Whether a source answers, as all who ask it know: kept in the state, where whatever asks it waits by the same record. */
export class SourceHealth {
  /** When it was last known to be well here, on the clock that counts only time awake. */
  #well = -Infinity;
  #probing: Promise<string | null> | undefined;

  constructor(
    /** The pool of the assets that ask it. */
    readonly name: string,
    readonly store: KeyValue,
    readonly clock: Pick<Clock, "now" | "awake">,
  ) {}

  /** It answered a question. */
  async answered(): Promise<void> {
    if (this.clock.awake() < this.#well + LOOK) return;
    await this.#answered(null);
  }

  /**
   * A question failed for good.
   *
   * @param isDown Whether others would, too.
   * @param probed When it was asked, where it was only to see whether it answers.
   */
  async failed(message: string, isDown: boolean, probed?: Instant): Promise<void> {
    this.#well = -Infinity;
    const now = this.clock.now();
    await changeSource(this.store, this.name, (known) => ({
      ...known,
      since: Math.min(known.since ?? now, now),
      at: now,
      message,
      isDown: isDown || known.since !== null && known.isDown,
      probed: probed ?? known.probed,
    }));
  }

  /** All that is known of it. */
  async known(): Promise<SourceRecord> {
    return (await sourceRecord(this.store, this.name)).record;
  }

  async trouble(): Promise<SourceTrouble | null> {
    return troubleOf(await this.known());
  }

  /**
   * Whether it answers: as it was found less than a minute ago while it is in trouble, or asked now, by one of all who ask.
   *
   * @param probe Resolves if it does, with false if it could not be asked, and rejects with why it does not.
   * @returns Why it does not; null where it does, as far as is known.
   */
  async probe(probe: Probe, signal: AbortSignal): Promise<string | null> {
    return await (this.#probing ??= this.#probe(probe, signal).finally(() => this.#probing = undefined));
  }

  async #probe(probe: Probe, signal: AbortSignal): Promise<string | null> {
    const { record, version } = await sourceRecord(this.store, this.name);
    const known = troubleOf(record);
    const now = this.clock.now();
    if (known !== null) {
      const isDue = SourceHealth.next(known, now) <= now;
      if (!isDue || !await putSource(this.store, this.name, { ...record, probed: now }, version)) {
        return known.isDown ? known.message : null;
      }
    }
    try {
      if (await probe(signal) === false) return known?.isDown ? known.message : null;
    } catch (error) {
      if (signal.aborted) return null;
      const message = error instanceof Error ? error.message : String(error);
      await this.failed(message, true, now);
      return message;
    }
    await this.#answered(known === null ? null : now);
    return null;
  }

  /** When it may be asked next whether it answers; Infinity while it is well. */
  static next(trouble: SourceTrouble | null, now: Instant): Instant {
    if (trouble === null) return Infinity;
    // One that was asked at a time that has not come yet was asked while a clock was wrong.
    return trouble.probed === null || trouble.probed > now ? now : trouble.probed + EACH;
  }

  /**
   * Keeps that it answered, once a minute while it is well.
   *
   * @param probed When it was probed, where that ended its trouble: one that comes and goes is not pressed.
   */
  async #answered(probed: Instant | null): Promise<void> {
    const now = this.clock.now();
    await changeSource(this.store, this.name, (known) => {
      const { answered, since } = known;
      if (since === null && answered !== null && Math.abs(now - answered) < MINUTE) return known;
      return answeredAt(now, { probed: probed ?? known.probed });
    });
    this.#well = this.clock.awake();
  }
}

function troubleOf({ since, message, isDown, probed }: SourceRecord): SourceTrouble | null {
  return since === null ? null : { since, message, isDown, probed };
}
