import { groupsOf, TICKS } from "../daemon/leading.ts";
import { canonicalJson } from "../fingerprint.ts";
import { type Instant, MINUTE } from "../instant.ts";
import type { KeyValue } from "../ports/key_value.ts";

/** The keys of the signs; each goes on with the groups that its daemon has. */
const PREFIX = "daemon/life_sign";

/** So much later than due a daemon counts as stalled. */
const PATIENCE = 5 * MINUTE;

/** When what asks by itself was last called, and when something is due next. */
export interface Beat {
  readonly at: Instant;
  readonly due: Instant;
}

/**
 * The sign of life of a daemon that lasts, or of others of the same groups: it beats whenever it has requested what is due, and says when it is to come
 * again. One that ends as it is to says so; one that is killed or stalled leaves a beat that grows old.
 */
export class LifeSign {
  readonly #store: KeyValue;
  readonly #lead: string;
  #last = "";
  #given: { readonly at: Instant; readonly due: Instant | null } | undefined;

  /** @param lead The name of the lead in the groups of the daemon. */
  constructor(store: KeyValue, lead: string) {
    this.#store = store;
    this.#lead = lead;
  }

  /** Says that all was requested that was due at `at`, and when something is due next (Infinity: nothing by itself). */
  async beat({ at, due }: Beat): Promise<void> {
    const next = Number.isFinite(due) ? due : null;
    // A sign of life every minute at least, but not one for each of many events.
    const text = `${next} ${Math.floor(at / MINUTE)}`;
    if (text === this.#last) return;
    const given = { at, due: next };
    if (this.#given === undefined) await this.#takeOver();
    await write(this.#store, keyOf(this.#lead), given);
    this.#given = given;
    this.#last = text;
  }

  /** Says that nobody is to be missed from now on, unless the sign is another's by now, or none was given here. */
  async rest(): Promise<void> {
    const given = this.#given;
    this.#given = undefined;
    this.#last = "";
    if (given === undefined) return;
    const key = keyOf(this.#lead);
    const kept = (await this.#store.get(key))?.value;
    if (canonicalJson(kept ?? null) === canonicalJson(given)) await this.#store.delete(key);
  }

  /** Misses no more who had some of these groups: one of them that lives gives another sign. */
  async #takeOver(): Promise<void> {
    const own = groupsOf(this.#lead);
    for (const key of (await this.#store.list(PREFIX)).keys()) {
      if (key !== keyOf(this.#lead) && groupsOf(key).isSubsetOf(own)) await this.#store.delete(key);
    }
  }
}

/**
 * The last beats that are so old that something was due long since, by the lead of those who are missed.
 *
 * @param speed How many times as fast the lake lives as the machine, whose time a daemon takes.
 */
export async function missed(
  store: KeyValue,
  now: Instant,
  speed = 1,
): Promise<ReadonlyMap<string, Beat>> {
  const found = new Map<string, Beat>();
  for (const [key, { value }] of await store.list(PREFIX)) {
    const { at, due } = value as unknown as { at: Instant; due: Instant | null };
    // What was due already when it was seen was being requested.
    if (due !== null && Math.max(at, due) + PATIENCE * speed < now) {
      found.set(TICKS + key.slice(PREFIX.length), { at, due });
    }
  }
  return found;
}

function keyOf(lead: string): string {
  return PREFIX + lead.slice(TICKS.length);
}

async function write(
  store: KeyValue,
  key: string,
  value: { readonly at: Instant; readonly due: Instant | null },
) {
  for (;;) {
    const kept = await store.get(key);
    if (await store.put(key, value, kept?.version ?? 0)) return;
  }
}
