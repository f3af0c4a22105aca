import type { AssetKey, Seq } from "../event.ts";
import { normalize, type OrdinalRange, type Ranges } from "../partition/ranges.ts";

/** Marks over ranges of partitions, each for partitions last materialized before it. */
export interface Mark extends OrdinalRange {
  readonly asset: AssetKey;
  readonly seq: Seq;
}

/** Failures, or due marks, by asset. */
export class Marks<M extends Mark> {
  readonly #marks = new Map<AssetKey, M[]>();

  /** Adds a mark; what was said before of partitions inside it is said anew. */
  add(mark: M): void {
    const others = this.of(mark.asset).filter(({ from, to }) => from < mark.from || to > mark.to);
    this.#marks.set(mark.asset, [...others, mark]);
  }

  of(asset: AssetKey): readonly M[] {
    return this.#marks.get(asset) ?? [];
  }

  /** The newest mark that speaks of a partition whose own number is `seq`. */
  find(asset: AssetKey, partition: number, seq: Seq): M | undefined {
    return this.#marks.get(asset)?.findLast((mark) =>
      mark.seq > seq && mark.from <= partition && partition <= mark.to
    );
  }

  ranges(asset: AssetKey): Ranges {
    return normalize(this.of(asset));
  }
}
