import type { AssetEvent, Registered } from "../event.ts";
import { normalize, type OrdinalRange, type Ranges } from "../partition/ranges.ts";
import type { Node } from "./node.ts";

/** The partitions that events spoke of since they were taken last, asset by asset. */
export class Touched {
  #ranges = new Map<Node, OrdinalRange[]>();

  add(node: Node, event: Exclude<AssetEvent, Registered>): void {
    const range = "partition" in event ? { from: event.partition, to: event.partition } : event;
    this.note(node, [{ from: range.from, to: range.to }]);
  }

  /** Notes partitions of which no event speaks, and something else is known. */
  note(node: Node, ranges: Ranges): void {
    if (ranges.length === 0) return;
    const known = this.#ranges.get(node) ?? [];
    this.#ranges.set(node, known);
    for (const range of ranges) known.push(range);
  }

  get isEmpty(): boolean {
    return this.#ranges.size === 0;
  }

  take(): ReadonlyMap<Node, Ranges> {
    const taken = new Map([...this.#ranges].map(([node, ranges]) => [node, normalize(ranges)]));
    this.#ranges = new Map();
    return taken;
  }
}
