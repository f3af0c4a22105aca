import type { CheckResult } from "../check.ts";
import type { AssetKey } from "../event.ts";
import { contains, fromOrdinals, type OrdinalRange, type Ranges, union } from "../partition/ranges.ts";
import type { RunRequest, Stalled, State } from "../ports/state.ts";
import { OPEN } from "../run/recover.ts";
import { runningIn } from "../run/session.ts";
import type { SourceTrouble } from "../source_health.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import type { FailingTicks } from "./failing_ticks.ts";
import type { Beat } from "./life_sign.ts";
import type { StalePartitions } from "./stale_since.ts";

/** A source of the graph's data, and the trouble that it is in. */
export interface AlertSource {
  readonly name: string;
  /** The asset that records its answers. */
  readonly asset: AssetKey;
  readonly trouble: SourceTrouble | null;
}

/** The results of the checks on a partition that stands. */
export interface Results {
  readonly partition: number;
  readonly checks: readonly CheckResult[];
}

/** The lake as rules see it; nothing of it changes while they look. */
export interface AlertView {
  /** @internal */
  readonly index: StalenessIndex;
  /** The partitions that live workers hold, or that runs are of which have not ended. */
  readonly atWork: () => Promise<ReadonlyMap<AssetKey, Ranges>>;
  readonly sources: readonly AlertSource[];
  /**
   * Since when partitions that stand are stale, of those of an asset that are.
   *
   * @internal
   */
  readonly staleSince: (node: Node, stale: Ranges) => Promise<readonly StalePartitions[]>;
  /** The sensors that are set aside, each with a line. */
  readonly sensors: readonly { readonly subject: string; readonly message: string }[];
  /** The names of the schedules and sensors here, and of automation. */
  readonly automations: ReadonlySet<string>;
  /** Those of them that go on failing. */
  readonly failing: readonly FailingTicks[];
  /** The last signs of life of daemons that are missed, by the names of their leads. */
  readonly missed: ReadonlyMap<string, Beat>;
  /** The daemons that live, do not answer, and have lost the lead by it. */
  readonly stalled: readonly Stalled[];
  /**
   * The results of the newest checks of partitions, ascending.
   *
   * @internal
   */
  readonly results: (node: Node, partitions: readonly number[]) => Promise<readonly Results[]>;
}

/** At most so many of the latest runs that have not ended are looked at. */
const LATEST = 1_000;

/** The partitions that live workers hold, or that runs are of which have not ended. */
export async function atWork(state: State, index: StalenessIndex): Promise<ReadonlyMap<AssetKey, Ranges>> {
  const held = new Map(await runningIn(state));
  for (const { request } of await state.runs(LATEST, { command: "materialize", statuses: OPEN })) {
    for (const [asset, ranges] of rangesOf(index, request)) {
      held.set(asset, union(held.get(asset) ?? [], ranges));
    }
  }
  return held;
}

/** The partitions of a request that the graph has: it may be of another one. */
function rangesOf(index: StalenessIndex, { ranges }: RunRequest): Map<AssetKey, Ranges> {
  const found = new Map<AssetKey, OrdinalRange[]>();
  for (const { asset, from, to } of ranges) {
    const set = index.find(asset)?.set;
    const [first, last] = [from, to].map((key) => key === null ? 0 : set?.ordinal(key));
    if (first === undefined || last === undefined || first > last) continue;
    found.set(asset, [...found.get(asset) ?? [], { from: first, to: last }]);
  }
  return new Map([...found].map(([asset, all]) => [asset, all.reduce<Ranges>((a, b) => union(a, [b]), [])]));
}

/** The results of checks, read anew only of partitions that changed. */
export class KnownResults {
  readonly #known = new WeakMap<Node, { revision: number; readonly by: Map<number, Results> }>();

  constructor(readonly state: State, readonly index: StalenessIndex) {}

  async of(node: Node, partitions: readonly number[]): Promise<readonly Results[]> {
    const { index } = this;
    let known = this.#known.get(node);
    if (known === undefined) this.#known.set(node, known = { revision: 0, by: new Map() });
    const { by } = known;
    const changed = by.size === 0 ? [] : index.changedSince(node, known.revision);
    for (const each of by.keys()) if (contains(changed, each)) by.delete(each);
    known.revision = index.revision;
    const unknown = partitions.filter((each) => !by.has(each));
    for (const { partition, event } of await this.#materializations(node, unknown)) {
      const checks = await this.state.rechecked(node.key, partition) ?? event.checks;
      by.set(partition, { partition, checks });
    }
    return partitions.flatMap((each) => by.get(each) ?? []);
  }

  async #materializations({ key }: Node, partitions: readonly number[]) {
    return partitions.length === 0 ? [] : await this.state.materializations(key, fromOrdinals(partitions));
  }
}
