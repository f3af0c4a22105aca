import {
  type AssetKey,
  contains,
  fromOrdinals,
  type KeyRange,
  type OpenLake,
  type OrdinalRange,
  ordinals,
  type PartitionSet,
  type Ranges,
  type StatusRange,
} from "../../../core/mod.ts";
import type { ShownState } from "../../parts/state.tsx";

/** One partition as a page shows it. */
export interface Shown {
  readonly key: string;
  readonly state: ShownState;
  readonly late: boolean;
}

/** Neighbouring partitions that are shown alike. */
export interface ShownRange extends KeyRange {
  readonly count: number;
  readonly state: ShownState;
}

/** So many queued runs are looked through. */
const QUEUED = 100;

/** The partitions that wait in queued runs. */
export async function queuedOf({ state }: OpenLake, asset: AssetKey, set: PartitionSet): Promise<Ranges> {
  const runs = await state.runs(QUEUED, { statuses: ["queued"], asset });
  const ranges = runs.flatMap(({ request }) => request.ranges).filter((range) => range.asset === asset);
  return fromOrdinals([...ordinals(ranges.map((range) => ordinalRange(set, range)))].sort((a, b) => a - b));
}

/** The partitions of ranges, one by one; those that wait in the queue are shown so where they are not fresh. */
export function shownOf(
  set: PartitionSet,
  { ranges, late, queued }: {
    readonly ranges: readonly StatusRange[];
    readonly late: readonly KeyRange[];
    readonly queued: Ranges;
  },
): Shown[] {
  const isLate = late.map((range) => ordinalRange(set, range));
  return ranges.flatMap((range) => {
    const { from, to } = ordinalRange(set, range);
    return Array.from({ length: to - from + 1 }, (_, place): Shown => {
      const ordinal = from + place;
      const waits = contains(queued, ordinal) && (range.state === "stale" || range.state === "missing");
      return {
        key: set.key(ordinal) ?? "",
        state: waits ? "queued" : range.state,
        late: contains(isLate, ordinal),
      };
    });
  });
}

/** Those of neighbours that are shown alike, as ranges. */
export function rangesOf(shown: readonly Shown[]): ShownRange[] {
  const ranges: { from: string; to: string; count: number; state: ShownState }[] = [];
  for (const { key, state, late } of shown) {
    const each = late && state !== "failed" && state !== "blocked" ? "late" : state;
    const last = ranges.at(-1);
    if (last?.state === each) {
      last.to = key;
      last.count++;
    } else ranges.push({ from: key, to: key, count: 1, state: each });
  }
  return ranges;
}

function ordinalRange(set: PartitionSet, { from, to }: KeyRange): OrdinalRange {
  return { from: ordinalOf(set, from), to: ordinalOf(set, to) };
}

function ordinalOf(set: PartitionSet, key: string | null): number {
  return key === null ? 0 : set.ordinal(key)!;
}
