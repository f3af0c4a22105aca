import type { AssetEvent, AssetKey } from "../../../core/event.ts";
import type { RegisteredAsset } from "../../../core/ports/state.ts";
import { identityOf } from "../content.ts";
import type { Oracle } from "../oracle.ts";
import type { Sketch } from "../sketch.ts";

/** Which code of an asset is registered: that of who opened the graph last. */
export class Codes {
  /** By the ids of the records, what they stand for. */
  readonly #identities = new Map<number, string>();
  /** The code that each asset was registered with first. */
  readonly #first = new Map<AssetKey, number>();

  constructor(readonly oracle: Oracle) {}

  registered(
    sketches: readonly Sketch[],
    assets: readonly RegisteredAsset[],
    events: readonly AssetEvent[],
  ): void {
    for (const { key, codeId } of assets) {
      if (!this.#first.has(key)) this.#first.set(key, codeId);
      this.#identities.set(codeId, identityOf(sketches.find((sketch) => sketch.key === key)!));
    }
    const odd = events.find(({ kind }) => kind !== "registered");
    if (odd !== undefined) throw this.oracle.violation(`registering wrote an event "${odd.kind}"`);
    this.oracle.log.push(...events);
  }

  /** The code of an asset that was the present one at an event number. */
  at(asset: AssetKey, seq: number): string {
    const { log } = this.oracle;
    for (let place = Math.min(seq, log.length) - 1; place >= 0; place--) {
      const event = log[place]!;
      if (event.kind === "registered" && event.asset === asset) return this.#identities.get(event.codeId)!;
    }
    return this.#identities.get(this.#first.get(asset)!)!;
  }
}
