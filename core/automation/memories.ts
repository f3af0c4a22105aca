import { keyOfLead, leadOf } from "../daemon/leading.ts";
import type { AssetKey } from "../event.ts";
import { canonicalJson } from "../fingerprint.ts";
import type { Json, KeyValue } from "../ports/key_value.ts";
import type { Node } from "../staleness/node.ts";
import type { Automation } from "./automation.ts";
import type { Condition } from "./condition.ts";
import type { Memory } from "./view.ts";

/** Keys of what was remembered; each goes on with the groups of who kept it. */
const PREFIX = "automation/memories";

/** The memories of the conditions of assets, each with its condition: one that is declared otherwise remembers nothing. */
type Stored = Readonly<Record<AssetKey, { readonly condition: Condition; readonly memory: Memory }>>;

/** The memories of conditions, in the state. */
export class Memories {
  #text = "";

  private constructor(
    readonly known: ReadonlyMap<AssetKey, Memory>,
    readonly store: KeyValue,
    readonly key: string,
    private version: number,
  ) {}

  /** Those of the assets of a graph, whoever kept the newest. */
  static async open(store: KeyValue, nodes: readonly Node[]): Promise<Memories> {
    const own = PREFIX + keyOfLead(leadOf(nodes.map(({ asset }) => asset)));
    const all = await store.list(PREFIX);
    const known = new Map<AssetKey, Memory>();
    for (const stored of [...all.values()].map(({ value }) => value as unknown as Stored)) {
      for (const { key, asset: { automation } } of nodes) {
        const kept = stored[key];
        if (kept === undefined || canonicalJson(kept.condition) !== canonicalJson(automation)) continue;
        if ((known.get(key)?.seq ?? -1) < kept.memory.seq) known.set(key, kept.memory);
      }
    }
    return new Memories(known, store, own, all.get(own)?.version ?? 0);
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
    if (!await this.store.put(this.key, value, this.version)) return;
    const kept = await this.store.get(this.key);
    if (kept !== undefined && canonicalJson(kept.value) === text) this.version = kept.version;
  }
}
