import type { Instant } from "./instant.ts";
import { isTimeSet, type PartitionSet, type TimeSet, type TimeType } from "./partition/partition_set.ts";
import { fromOrdinals, normalize, type OrdinalRange, ordinals, type Ranges } from "./partition/ranges.ts";
import type { DailySet, HourlySet, MonthlySet } from "./partition/time_set.ts";
import { sameZone } from "./partition/zone.ts";

/** A mapping between two given partition sets: which upstream partitions a downstream partition reads. */
export interface BoundMapping {
  /** The upstream partitions that `partition` reads, ascending; they need not exist yet. */
  members(partition: number, now: Instant): readonly OrdinalRange[];
  /**
   * The downstream partitions that read `member`, ascending; they need not exist yet.
   * Absent where only `members` is known: callers then ask `members` of each partition that they hold.
   */
  dependents?(member: number, now: Instant): readonly OrdinalRange[];
}

/** Which upstream partitions a downstream partition reads, for any two sets that the mapping fits. */
export interface Mapping<Up extends PartitionSet = PartitionSet, Down extends PartitionSet = PartitionSet> {
  /** Names the mapping with its parameters, e.g. `identity`, `window(-2..0)`: part of a dependency's identity. */
  readonly id: string;
  /** @throws {TypeError} If the mapping does not fit the two sets, e.g. `identity` between hours and days. */
  bind(upstream: Up, downstream: Down): BoundMapping;
}

/** The partition of the same window (the two sets have one grain and zone), or of the same static key. */
export const identity: Mapping = {
  id: "identity",
  bind(upstream, downstream) {
    if (upstream.spec.type !== downstream.spec.type) throw misfit("identity", upstream, downstream);
    if (isTimeSet(upstream) && isTimeSet(downstream)) {
      const fits = sameZone(upstream.spec.timeZone, downstream.spec.timeZone);
      if (!fits) throw misfit("identity", upstream, downstream);
      return overlap(upstream, downstream, 0, 0);
    }
    if (upstream.spec.type === "single") return { members: itself, dependents: itself };
    return {
      members: (partition) => sameKey(partition, downstream, upstream),
      dependents: (member) => sameKey(member, upstream, downstream),
    };
  },
};

/**
 * The partitions whose windows overlap those of the downstream partitions `from` to `to`, counted from the one that reads:
 * `{ from: -2, to: 0 }` is its own window and the two before. Grains and zones of the two sets are free.
 */
export function windows({ from = 0, to = 0 }: Partial<OrdinalRange>): Mapping<TimeSet, TimeSet> {
  if (!Number.isInteger(from) || !Number.isInteger(to) || from > to) {
    throw new RangeError(`declaring windows: found ${from} to ${to}, wanted whole numbers, ascending`);
  }
  const id = `window(${from}..${to})`;
  return {
    id,
    bind(upstream, downstream) {
      if (!isTimeSet(upstream) || !isTimeSet(downstream)) throw misfit(id, upstream, downstream);
      return overlap(upstream, downstream, from, to);
    },
  };
}

/** The windows `count` before (negative) or after the partition's own: `offset(-1)` is yesterday, for days. */
export function offset(count: number): Mapping<TimeSet, TimeSet> {
  return windows({ from: count, to: count });
}

/** The partition's own window and `count` windows before it: `lookBack(2)` reads three days, for days. */
export function lookBack(count: number): Mapping<TimeSet, TimeSet> {
  return windows({ from: -count, to: 0 });
}

/** The hours that overlap a day, whatever the two zones. */
export const hoursOfDay: Mapping<HourlySet, DailySet> = grains("hourly", "daily");

/** The days that overlap a month, whatever the two zones. */
export const daysOfMonth: Mapping<DailySet, MonthlySet> = grains("daily", "monthly");

/** The last partition that exists; of an unpartitioned asset, its only one. */
export const latest: Mapping = everyone("latest", (upstream, now) => {
  const there = upstream.existing(now);
  return there === null ? [] : [{ from: there.to, to: there.to }];
});

/** Every partition that exists. */
export const all: Mapping = everyone("all", existing);

/** The partition sets of the two assets that a custom mapping connects. */
export interface Ends<Up extends PartitionSet, Down extends PartitionSet> {
  readonly upstream: Up;
  readonly downstream: Down;
}

/** The functions of a custom mapping. */
export interface CustomMapping<Up extends PartitionSet, Down extends PartitionSet> {
  /** A name of what the functions do: changing it makes the partitions that read by it stale. */
  readonly id: string;
  /** The upstream ordinals that a partition reads, in any order. */
  members(partition: number, ends: Ends<Up, Down>, now: Instant): Iterable<OrdinalRange>;
  /** The exact inverse of `members`: the ordinals that read a member. @default found by calls of `members` */
  dependents?(member: number, ends: Ends<Up, Down>, now: Instant): Iterable<OrdinalRange>;
}

/** Declares a mapping by pure functions over ordinals. */
export function custom<Up extends PartitionSet = PartitionSet, Down extends PartitionSet = PartitionSet>(
  mapping: CustomMapping<Up, Down>,
): Mapping<Up, Down> {
  return {
    id: mapping.id,
    bind(upstream, downstream) {
      const ends = { upstream, downstream };
      return {
        members: (partition, now) => normalize(mapping.members(partition, ends, now)),
        ...(mapping.dependents && {
          dependents: (member, now) => normalize(mapping.dependents!(member, ends, now)),
        }),
      };
    },
  };
}

function grains<Up extends TimeType, Down extends TimeType>(
  up: Up,
  down: Down,
): Mapping<TimeSet<Up>, TimeSet<Down>> {
  const { id, bind } = windows({});
  return {
    id,
    bind(upstream, downstream) {
      if (upstream.spec.type === up && downstream.spec.type === down) return bind(upstream, downstream);
      throw misfit(`${up} to ${down}`, upstream, downstream);
    },
  };
}

/** A mapping by which every partition reads the same members. */
function everyone(id: string, members: (upstream: PartitionSet, now: Instant) => Ranges): Mapping {
  return {
    id,
    bind: (upstream, downstream) => ({
      members: (_, now) => members(upstream, now),
      dependents: (member, now) =>
        members(upstream, now).some(({ from, to }) => from <= member && member <= to)
          ? existing(downstream, now)
          : [],
    }),
  };
}

function overlap(upstream: TimeSet, downstream: TimeSet, from: number, to: number): BoundMapping {
  return {
    members(partition) {
      if (partition < downstream.first) return [];
      const begin = downstream.window(partition + from);
      const { end } = from === to ? begin : downstream.window(partition + to);
      return since(upstream.first, upstream.at(begin.start), upstream.at(end - 1));
    },
    dependents(member) {
      if (member < upstream.first) return [];
      const { start, end } = upstream.window(member);
      return since(downstream.first, downstream.at(start) - to, downstream.at(end - 1) - from);
    },
  };
}

function since(first: number, from: number, to: number): Ranges {
  return to < first ? [] : [{ from: Math.max(first, from), to }];
}

function itself(ordinal: number): Ranges {
  return [{ from: ordinal, to: ordinal }];
}

/** The partition of `other` that has the key of a partition of `set`; retired keys have none. */
function sameKey(ordinal: number, set: PartitionSet, other: PartitionSet): Ranges {
  const key = set.key(ordinal);
  if (key === null || set.ordinal(key) !== ordinal) return [];
  const found = other.ordinal(key);
  return found === undefined ? [] : itself(found);
}

function existing(set: PartitionSet, now: Instant): Ranges {
  const hull = set.existing(now);
  if (hull === null) return [];
  return isTimeSet(set) ? [hull] : fromOrdinals(ordinals([hull]).filter((each) => set.has(each, now)));
}

function misfit(id: string, upstream: PartitionSet, downstream: PartitionSet): TypeError {
  const found = `${described(upstream)} read by ${described(downstream)} partitions`;
  return new TypeError(`binding "${id}": found ${found}, wanted ${fitting(upstream, downstream)}`);
}

/** The mappings that fit two sets which the one at hand does not. */
function fitting(upstream: PartitionSet, downstream: PartitionSet): string {
  return isTimeSet(upstream) && isTimeSet(downstream) ? "`windows`" : "`latest`, `all` or `custom`";
}

function described({ spec }: PartitionSet): string {
  return "timeZone" in spec ? `${spec.type} (${spec.timeZone})` : spec.type;
}
