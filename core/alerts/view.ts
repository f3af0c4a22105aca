import type { AssetKey } from "../event.ts";
import type { Results } from "../known_results.ts";
import { type Ranges, union } from "../partition/ranges.ts";
import type { Stalled, State } from "../ports/state.ts";
import { MOST_OPEN, OPEN } from "../run/recover.ts";
import { scopeOfKnown } from "../run/request.ts";
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

/** The partitions that live workers hold, or that runs are of which have not ended. */
export async function atWork(state: State, index: StalenessIndex): Promise<ReadonlyMap<AssetKey, Ranges>> {
  const held = new Map(await runningIn(state));
  for (const { request } of await state.runs(MOST_OPEN, { command: "materialize", statuses: OPEN })) {
    for (const [{ key }, ranges] of scopeOfKnown(index, request)) {
      held.set(key, union(held.get(key) ?? [], ranges));
    }
  }
  return held;
}
