import type { AssetKey } from "../event.ts";
import { canonicalJson } from "../fingerprint.ts";
import type { Json, KeyValue } from "../ports/key_value.ts";
import type { Node } from "../staleness/node.ts";
import type { Automation } from "./automation.ts";
import type { Condition } from "./condition.ts";
import type { Memory } from "./view.ts";

const KEY = "automation/memories";

/** The memories of the conditions of assets, each with its condition: one that is declared otherwise remembers nothing. */
type Stored = Readonly<Record<AssetKey, { readonly condition: Condition; readonly memory: Memory }>>;

/** The memories of conditions, in the state. */
export class Memories {
  #text = "";

  private constructor(
    readonly known: ReadonlyMap<AssetKey, Memory>,
    readonly store: KeyValue,
    private version: number,
  ) {}

  static async open(store: KeyValue, nodes: readonly Node[]): Promise<Memories> {
    const { value, version } = await store.get(KEY) ?? { value: {}, version: 0 };
    const stored = value as unknown as Stored;
    const known = new Map<AssetKey, Memory>();
    for (const { key, asset: { automation } } of nodes) {
      const kept = stored[key];
      if (kept !== undefined && canonicalJson(kept.condition) === canonicalJson(automation)) {
        known.set(key, kept.memory);
      }
    }
    return new Memories(known, store, version);
  }

  /** Keeps what is remembered now, unless another worker kept something since. */
  async keep(automation: Automation): Promise<void> {
    const memories = [...automation.memories()].map(([{ key, asset }, memory]) => [
      key,
      { condition: asset.automation, memory },
    ]);
    if (memories.length === 0) return;
    const value: Json = Object.fromEntries(memories);
    const text = canonicalJson(value);
    if (text === this.#text) return;
    this.#text = text;
    if (!await this.store.put(KEY, value, this.version)) return;
    const kept = await this.store.get(KEY);
    if (kept !== undefined && canonicalJson(kept.value) === text) this.version = kept.version;
  }
}
