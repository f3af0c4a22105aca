import type { AssetEvent, AssetKey, Seq } from "../event.ts";

/** By when the content of assets was last made, wiped or expired: what was read of them since is still so. */
export class Content {
  readonly #last = new Map<AssetKey, Seq>();
  #loaded: Seq = 0;

  /** All up to this number is taken in. */
  load(seq: Seq): void {
    this.#loaded = seq;
  }

  /** Takes in one event. */
  note({ kind, asset, seq }: Pick<AssetEvent, "kind" | "asset" | "seq">): void {
    if (kind === "materialized" || kind === "wiped" || kind === "expired") this.#last.set(asset, seq);
  }

  /** The number after which the content of none of these changed. */
  of(assets: Iterable<AssetKey>): Seq {
    let seq = this.#loaded;
    for (const asset of assets) seq = Math.max(seq, this.#last.get(asset) ?? 0);
    return seq;
  }
}
