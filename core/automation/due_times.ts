import type { Instant } from "../instant.ts";
import { fromOrdinals, type Ranges } from "../partition/ranges.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";

interface Entry {
  readonly at: Instant;
  readonly node: Node;
  readonly partition: number;
}

/** When partitions are due to be asked again, the next first: nothing is looked for before its time. */
export class DueTimes {
  /** A heap: no entry is later than those at twice its place, plus one or two. */
  readonly #heap: Entry[] = [];

  /** The next instant at which a partition may become due. */
  get next(): Instant {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** Notes when partitions, as they stand, are due. */
  note({ now }: StalenessIndex, node: Node, partitions: Ranges): void {
    const { due } = node.asset;
    if (due === null) return;
    for (const { from, to } of partitions) {
      node.rows.each(from, to, (chunk, i, partition) => {
        if (!chunk.stands(i)) return;
        // One that was made at a time that has not come yet is due until then.
        for (const at of [due(node.set.window(partition), chunk.at[i]!), chunk.at[i]!]) {
          if (at > now && at !== Infinity) this.#push({ at, node, partition });
        }
      });
    }
  }

  /** The partitions whose time has come, asset by asset; those that were made anew since are among them. */
  take(now: Instant): Map<Node, Ranges> {
    const taken = new Map<Node, number[]>();
    while (this.next <= now) {
      const { node, partition } = this.#pop();
      const partitions = taken.get(node) ?? [];
      taken.set(node, partitions);
      partitions.push(partition);
    }
    return new Map([...taken].map(([node, partitions]) => [node, fromOrdinals(partitions)]));
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      if (heap[above]!.at <= entry.at) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let place = 0;
    for (let below = 1; below < heap.length; below = 2 * place + 1) {
      if (below + 1 < heap.length && heap[below + 1]!.at < heap[below]!.at) below++;
      if (heap[below]!.at >= last.at) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}
