import type { AssetKey } from "../event.ts";
import type { Instant } from "../instant.ts";
import { intersect, normalize, type OrdinalRange, type Ranges, subtract } from "../partition/ranges.ts";
import type { Json, KeyValue, Versioned } from "../ports/key_value.ts";

/** Neighbouring partitions that stand and are stale, and when that was seen first. */
export interface StalePartitions extends OrdinalRange {
  readonly since: Instant;
}

const PREFIX = "stale/";

/**
 * Since when partitions that stand are stale, as whoever looks has seen it: kept in the state, whoever looks next. Read
 * once a look.
 */
export class StaleSince {
  readonly #store: KeyValue;
  #kept: Promise<ReadonlyMap<string, Versioned>> | undefined;

  constructor(store: KeyValue) {
    this.#store = store;
  }

  /** Takes in which partitions of an asset are stale now. @returns Since when they are, ascending. */
  async of(asset: AssetKey, stale: Ranges, now: Instant): Promise<readonly StalePartitions[]> {
    const kept = (await (this.#kept ??= this.#store.list(PREFIX))).get(PREFIX + asset);
    const known = (kept?.value ?? []) as unknown as readonly StalePartitions[];
    const seen = known.flatMap(({ from, to, since }) =>
      // A time that has not come yet was seen by a wrong clock.
      intersect(stale, [{ from, to }]).map((range) => ({ ...range, since: Math.min(since, now) }))
    );
    const fresh = subtract(stale, normalize(known)).map((range) => ({ ...range, since: now }));
    const next = joined([...seen, ...fresh].sort((a, b) => a.from - b.from));
    if (JSON.stringify(next) !== JSON.stringify(known)) {
      // Who comes second has seen the same a moment later.
      await this.#store.put(PREFIX + asset, next as unknown as Json, kept?.version ?? 0);
    }
    return next;
  }
}

function joined(all: readonly StalePartitions[]): StalePartitions[] {
  const joined: StalePartitions[] = [];
  for (const { from, to, since } of all) {
    const last = joined.at(-1);
    const isNext = last?.to === from - 1 && last.since === since;
    if (isNext) joined[joined.length - 1] = { from: last.from, to, since };
    else joined.push({ from, to, since });
  }
  return joined;
}
