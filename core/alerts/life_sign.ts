import { canonicalJson } from "../fingerprint.ts";
import { type Instant, MINUTE } from "../instant.ts";
import type { KeyValue } from "../ports/key_value.ts";

const KEY = "daemon/life_sign";

/** So much later than due a daemon counts as stalled. */
const PATIENCE = 5 * MINUTE;

/** When what asks by itself was last called, and when something is due next. */
export interface Beat {
  readonly at: Instant;
  readonly due: Instant;
}

/**
 * The sign of life of a daemon that lasts: it beats whenever it has asked for what is due, and says when it is to come
 * again. One that ends as it is to says so; one that is killed or stalled leaves a beat that grows old.
 */
export class LifeSign {
  readonly #store: KeyValue;
  #last = "";
  #given: { readonly at: Instant; readonly due: Instant | null } | undefined;

  constructor(store: KeyValue) {
    this.#store = store;
  }

  /** Says that all was asked for that was due at `at`, and when something is due next (Infinity: nothing by itself). */
  async beat({ at, due }: Beat): Promise<void> {
    const next = Number.isFinite(due) ? due : null;
    // A sign of life every minute at least, but not one for each of many events.
    const text = `${next} ${Math.floor(at / MINUTE)}`;
    if (text === this.#last) return;
    const given = { at, due: next };
    await write(this.#store, given);
    this.#given = given;
    this.#last = text;
  }

  /** Says that nobody is to be missed from now on, unless the sign is another's by now, or none was given here. */
  async rest(): Promise<void> {
    const given = this.#given;
    this.#given = undefined;
    this.#last = "";
    if (given === undefined) return;
    const kept = (await this.#store.get(KEY))?.value;
    if (canonicalJson(kept ?? null) === canonicalJson(given)) await this.#store.delete(KEY);
  }
}

/**
 * The last beat, if it is so old that something was due long since; undefined where all is well or nobody is missed.
 *
 * @param speed How many times as fast the lake lives as the machine, whose time a daemon takes.
 */
export async function missed(store: KeyValue, now: Instant, speed = 1): Promise<Beat | undefined> {
  const { at, due } = (await store.get(KEY))?.value as unknown as { at: Instant; due: Instant | null } ??
    { at: 0, due: null };
  // What was due already when it was seen was being asked for.
  return due !== null && Math.max(at, due) + PATIENCE * speed < now ? { at, due } : undefined;
}

async function write(store: KeyValue, value: { readonly at: Instant; readonly due: Instant | null }) {
  for (;;) {
    const kept = await store.get(KEY);
    if (await store.put(KEY, value, kept?.version ?? 0)) return;
  }
}
