import type { CheckResult } from "./check.ts";
import { contains, fromOrdinals } from "./partition/ranges.ts";
import type { State } from "./ports/state.ts";
import type { StalenessIndex } from "./staleness/index.ts";
import type { Node } from "./staleness/node.ts";

/** The results of the checks on a partition that stands. */
export interface Results {
  readonly partition: number;
  readonly checks: readonly CheckResult[];
}

interface Known {
  revision: number;
  readonly by: Map<number, Results>;
}

/** The results of checks, read anew only of partitions that changed. */
export class KnownResults {
  readonly #known = new WeakMap<Node, Known>();

  /** @param most So many partitions of an asset are remembered. @default all that were asked for */
  constructor(readonly state: State, readonly index: StalenessIndex, readonly most = Infinity) {}

  /** Those of the partitions, ascending, that stand as of now. */
  async of(node: Node, partitions: readonly number[]): Promise<readonly Results[]> {
    const known = this.#current(node, partitions);
    const { revision, by } = known;
    const found = new Map(
      partitions.flatMap((each) => by.get(each) ?? []).map((each) => [each.partition, each]),
    );
    const unknown = partitions.filter((each) => !found.has(each));
    if (unknown.length > 0) {
      const ranges = fromOrdinals(unknown);
      const rechecked = await this.state.rechecked(node.key, ranges);
      for (const { partition, event } of await this.state.materializations(node.key, ranges)) {
        const results = { partition, checks: rechecked.get(partition) ?? event.checks };
        found.set(partition, results);
        // Who asked meanwhile may have taken in a change.
        if (known.revision === revision) by.set(partition, results);
      }
    }
    return partitions.flatMap((each) => found.get(each) ?? []);
  }

  /** What is still so of what was known, with room for more. */
  #current(node: Node, partitions: readonly number[]): Known {
    const { index } = this;
    const known = this.#known.get(node) ?? { revision: 0, by: new Map() };
    this.#known.set(node, known);
    const { by } = known;
    const changed = by.size === 0 ? [] : index.changedSince(node, known.revision);
    for (const each of by.keys()) if (contains(changed, each)) by.delete(each);
    if (by.size + partitions.filter((each) => !by.has(each)).length > this.most) by.clear();
    known.revision = index.revision;
    return known;
  }
}
