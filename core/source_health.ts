import type { Instant, Milliseconds } from "./instant.ts";
import { MINUTE, SECOND } from "./instant.ts";
import type { Clock } from "./ports/clock.ts";
import type { KeyValue } from "./ports/key_value.ts";

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

const PREFIX = "sources/";

/** A source that is down is asked no more often whether it answers again. */
const EACH: Milliseconds = MINUTE;
/** How often it is looked whether another process met trouble while this one is answered. */
const LOOK: Milliseconds = 10 * SECOND;

/** Whether a source answers, as all who ask it know: kept in the state. */
export class SourceHealth {
  /** When it was last known to be well here, on the clock that counts only time awake. */
  #well = -Infinity;

  constructor(
    readonly name: string,
    readonly store: KeyValue,
    readonly clock: Pick<Clock, "now" | "awake">,
  ) {}

  /** It answered a question. */
  async answered(): Promise<void> {
    if (this.clock.awake() < this.#well + LOOK) return;
    await this.#change(() => null);
    this.#well = this.clock.awake();
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
    await this.#change((known) => ({
      since: Math.min(known?.since ?? now, now),
      message,
      isDown: isDown || (known?.isDown ?? false),
      probed: probed ?? known?.probed ?? null,
    }));
  }

  async trouble(): Promise<SourceTrouble | null> {
    return valueOf(await this.store.get(PREFIX + this.name));
  }

  /**
   * Whether it answers: as it was found less than a minute ago while it is in trouble, or asked now, by one of all who ask.
   *
   * @param probe Resolves if it does, with false if it could not be asked, and rejects with why it does not.
   * @returns Why it does not; null where it does, as far as is known.
   */
  async probe(probe: Probe, signal: AbortSignal): Promise<string | null> {
    const kept = await this.store.get(PREFIX + this.name);
    const known = valueOf(kept);
    const now = this.clock.now();
    if (known !== null) {
      const turn = { ...known, probed: now };
      const isDue = SourceHealth.next(known, now) <= now;
      if (!isDue || !await this.store.put(PREFIX + this.name, turn, kept!.version)) {
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
    this.#well = -Infinity;
    await this.answered();
    return null;
  }

  /** When it may be asked next whether it answers; Infinity while it is well. */
  static next(trouble: SourceTrouble | null, now: Instant): Instant {
    if (trouble === null) return Infinity;
    // One that was asked at a time that has not come yet was asked while a clock was wrong.
    return trouble.probed === null || trouble.probed > now ? now : trouble.probed + EACH;
  }

  async #change(change: (known: SourceTrouble | null) => SourceTrouble | null): Promise<void> {
    for (;;) {
      const kept = await this.store.get(PREFIX + this.name);
      const known = valueOf(kept);
      const next = change(known);
      if (next === null && known === null) return;
      const value = next === null ? null : { ...next };
      if (await this.store.put(PREFIX + this.name, value, kept?.version ?? 0)) return;
    }
  }
}

function valueOf(kept: { readonly value: unknown } | undefined): SourceTrouble | null {
  return (kept?.value ?? null) as SourceTrouble | null;
}
