import type { AssetKey, Seq } from "../event.ts";
import { intersect, lowerBound, normalize, type OrdinalRange, type Ranges } from "../partition/ranges.ts";

/** Marks over ranges of partitions, each for partitions last materialized before it. */
export interface Mark extends OrdinalRange {
  readonly asset: AssetKey;
  readonly seq: Seq;
}

/** Neighbouring partitions of which a mark is the newest. */
interface Piece<M> extends OrdinalRange {
  readonly mark: M;
}

/** Failures, or due marks, by asset: of each partition the newest, until the partition is settled. */
export class Marks<M extends Mark> {
  /** Ascending, without overlaps. */
  readonly #pieces = new Map<AssetKey, Piece<M>[]>();

  /** Adds a mark, newer than all before; what these said of its partitions is said anew. */
  add(mark: M): void {
    const { asset, from, to } = mark;
    const pieces = this.#pieces.get(asset);
    if (pieces === undefined) this.#pieces.set(asset, [{ from, to, mark }]);
    else replace(pieces, { from, to }, [{ from, to, mark }]);
  }

  /** Nothing of what was said of a partition before its number `seq` holds any more. */
  settle(asset: AssetKey, partition: number, seq: Seq): void {
    const pieces = this.#pieces.get(asset);
    const piece = pieces?.[placeOf(pieces, partition)];
    if (piece === undefined || piece.from > partition || piece.mark.seq >= seq) return;
    replace(pieces!, { from: partition, to: partition }, []);
  }

  /** The newest mark that speaks of a partition whose own number is `seq`. */
  find(asset: AssetKey, partition: number, seq: Seq): M | undefined {
    const pieces = this.#pieces.get(asset);
    if (pieces === undefined) return undefined;
    const piece = pieces[placeOf(pieces, partition)];
    return piece !== undefined && piece.from <= partition && piece.mark.seq > seq ? piece.mark : undefined;
  }

  any(asset: AssetKey): boolean {
    return (this.#pieces.get(asset)?.length ?? 0) > 0;
  }

  /** The marks of partitions in the ranges, in the order of their numbers, each with those of which it is the newest. */
  within(asset: AssetKey, ranges: Ranges): Map<M, Ranges> {
    const found = new Map<M, OrdinalRange[]>();
    for (const { mark, from, to } of this.#pieces.get(asset) ?? []) {
      const some = intersect([{ from, to }], ranges);
      if (some.length > 0) found.set(mark, [...found.get(mark) ?? [], ...some]);
    }
    return new Map([...found].sort(([a], [b]) => a.seq - b.seq));
  }

  ranges(asset: AssetKey): Ranges {
    return normalize(this.#pieces.get(asset) ?? []);
  }
}

/** The place of the first piece that ends at a partition or after it. */
function placeOf<M>(pieces: readonly Piece<M>[], partition: number): number {
  return lowerBound(pieces.length, (place) => pieces[place]!.to < partition);
}

/** Puts others in the place of what lies in a range. */
function replace<M>(pieces: Piece<M>[], { from, to }: OrdinalRange, others: readonly Piece<M>[]): void {
  const first = placeOf(pieces, from);
  let end = first;
  while (end < pieces.length && pieces[end]!.from <= to) end++;
  const before = pieces.slice(first, first + 1).filter((piece) => piece.from < from);
  const after = pieces.slice(end - 1, end).filter((piece) => end > first && piece.to > to);
  pieces.splice(
    first,
    end - first,
    ...before.map((piece) => ({ ...piece, to: from - 1 })),
    ...others,
    ...after.map((piece) => ({ ...piece, from: to + 1 })),
  );
}
