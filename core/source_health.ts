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

  /** A question failed for good. @param isDown Whether others would, too. */
  async failed(message: string, isDown: boolean): Promise<void> {
    this.#well = -Infinity;
    const now = this.clock.now();
    await this.#change((known) => ({
      since: Math.min(known?.since ?? now, now),
      message,
      isDown: isDown || (known?.isDown ?? false),
      probed: known?.probed ?? null,
    }));
  }

  async trouble(): Promise<SourceTrouble | null> {
    return valueOf(await this.store.get(PREFIX + this.name));
  }

  /**
   * Asks whether it answers, if it is in trouble and nobody asked for a minute.
   *
   * @param probe Resolves if it does, and rejects with why not.
   */
  async probe(probe: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    if (!await this.#begin()) return;
    try {
      await probe(signal);
    } catch (error) {
      if (signal.aborted) return;
      await this.failed(error instanceof Error ? error.message : String(error), true);
      return;
    }
    this.#well = -Infinity;
    await this.answered();
  }

  /** When it may be asked next whether it answers; Infinity while it is well. */
  static next(trouble: SourceTrouble | null, now: Instant): Instant {
    if (trouble === null) return Infinity;
    // One that was asked at a time that has not come yet was asked while a clock was wrong.
    return trouble.probed === null || trouble.probed > now ? now : trouble.probed + EACH;
  }

  /** Takes the turn to ask. */
  async #begin(): Promise<boolean> {
    const kept = await this.store.get(PREFIX + this.name);
    const known = valueOf(kept);
    const now = this.clock.now();
    if (known === null || SourceHealth.next(known, now) > now) return false;
    return await this.store.put(PREFIX + this.name, { ...known, probed: now }, kept!.version);
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
