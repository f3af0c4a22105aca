import type { CheckResult } from "../check.ts";
import type { AssetKey } from "../event.ts";
import type { Orchestrator } from "../orchestrator.ts";
import type { Hindrance } from "../plan.ts";
import type { State } from "../ports/state.ts";
import type { AssetStatus } from "../status.ts";
import { partitionOf } from "../run/scope.ts";
import type { PartitionState } from "../staleness/states.ts";
import { type EventJson, eventJson, keysOf } from "./event.ts";
import { type CauseJson, plannedStepJson } from "./plan.ts";

/** One partition: its state, its causes and its events. */
export interface PartitionJson {
  readonly asset: AssetKey;
  /** Null where the asset has no partitions. */
  readonly partition: string | null;
  readonly state: PartitionState;
  /** Why it would be made; none where it is fresh. */
  readonly causes: readonly CauseJson[];
  /** Why it was not made before, or cannot be now. */
  readonly hindrance?: Hindrance;
  /** Its events, newest first. */
  readonly events: readonly EventJson[];
}

/** At most so many events of a partition are told. */
const EVENTS = 100;

/** How one partition stands as of now, and why. */
export interface PartitionStand extends Pick<PartitionJson, "causes" | "hindrance"> {
  readonly ordinal: number;
  /** Of it alone. */
  readonly status: AssetStatus;
  readonly state: PartitionState;
  /** Whether its files are known to be damaged or gone. */
  readonly isDamaged: boolean;
  /** The checks of files that are not what was published; undefined where they are. */
  readonly damage: readonly CheckResult[] | undefined;
}

/**
 * Looks at the files of one partition, and finds out how it stands.
 *
 * @param lookbackDays What is missing is late within so many days.
 * @throws {RequestError} If the asset has no such partition.
 */
export async function partitionStand(
  orchestrator: Orchestrator,
  asset: AssetKey,
  partition: string | null,
  lookbackDays = 0,
): Promise<PartitionStand> {
  await orchestrator.refresh();
  const { index } = orchestrator;
  const ordinal = partitionOf(index.node(asset), partition, "looking at", index.now);
  const [damaged] = await orchestrator.lookAtFiles(asset, [{ from: ordinal, to: ordinal }]);
  const bounds = partition === null ? { all: true } : { partitions: [partition], exact: true };
  const selection = { assets: new Set([asset]), lookbackDays, ...bounds };
  const [status] = await orchestrator.status(selection);
  const [step] = await orchestrator.plan(selection);
  const { causes = [], hindrance } = step === undefined ? {} : plannedStepJson(step);
  return {
    ordinal,
    status: status!,
    state: status!.ranges[0]?.state ?? "missing",
    causes,
    isDamaged: index.isDamaged(index.node(asset), ordinal),
    damage: damaged?.checks,
    ...(hindrance && { hindrance }),
  };
}

/** Looks at one partition. @throws {RequestError} If the asset has no such partition. */
export async function partitionJson(
  { orchestrator, state }: { readonly orchestrator: Orchestrator; readonly state: State },
  asset: AssetKey,
  partition: string | null,
): Promise<PartitionJson> {
  const { ordinal, status: _, isDamaged: __, damage: ___, ...stand } = await partitionStand(
    orchestrator,
    asset,
    partition,
  );
  const keys = await keysOf(state);
  const events = await state.eventsOf(asset, EVENTS, { partition: ordinal });
  return {
    asset,
    partition,
    ...stand,
    events: events.map((event) => eventJson(event, keys)),
  };
}
