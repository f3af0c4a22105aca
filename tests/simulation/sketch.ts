import type { DependencyMode } from "../../core/asset.ts";
import { DAY, HOUR, type Instant } from "../../core/instant.ts";
import { all, custom, identity, latest, type Mapping, windows } from "../../core/mapping.ts";
import { type PartitionSet, single, type Window } from "../../core/partition/partition_set.ts";
import { staticKeys } from "../../core/partition/static_set.ts";
import { daily, hourly, monthly } from "../../core/partition/time_set.ts";
import type { Chance } from "./chance.ts";

/** The parts of a simulated asset, so that the same graph can be built again with a detail changed. */
export interface Sketch {
  readonly key: string;
  readonly kind: "source" | "derived" | "external";
  readonly set: PartitionSet;
  readonly deps: readonly SketchedDependency[];
  readonly code: number;
  readonly batch: number;
  /** At most so many partitions in one yielded group. */
  readonly group: number;
  /** How many files a partition has, unless it is empty. */
  readonly files: number;
  readonly checks: readonly ("blocking" | "warning")[];
  readonly pool: boolean;
  readonly retries: number;
  readonly timeout: boolean;
  readonly retained: boolean;
  /** Whether the source is asked again. */
  readonly asked: boolean;
  /** Whether it is made by itself, whatever is missing or stale. */
  readonly automated: boolean;
  /** The sensors of a source that is their history. */
  readonly sensors: readonly number[];
  readonly scattered: boolean;
}

export interface SketchedDependency {
  readonly name: string;
  readonly upstream: string;
  readonly mapping: Mapping;
  readonly mode: DependencyMode;
}

/** When every simulated world begins. */
export const BEGIN: Instant = Date.UTC(2024, 1, 1, 2);

export function sketchGraph(chance: Chance): Sketch[] {
  const sketches: Sketch[] = chance.happens(0.3) ? sketchLake(chance) : [];
  if (sketches.length === 0 && chance.happens(0.3)) {
    sketches.push(sketchHistory(chance, 0, sketchHours(chance)));
  }
  for (let i = chance.between(2, 6); i > 0; i--) sketches.push(sketchAsset(chance, sketches));
  return sketches;
}

/** Hours of a source, and the days that are made of them. */
function sketchLake(chance: Chance): Sketch[] {
  const start = "2024-02-01";
  const hours = chance.happens(0.4)
    ? sketchHistory(chance, 0, hourly({ start }))
    : sketchOf(chance, 0, hourly({ start, open: chance.happens(0.5) }), []);
  const mapping = windows({}) as Mapping;
  const read = [{ name: "d0", upstream: hours.key, mapping, mode: "content" as const }];
  return [hours, sketchOf(chance, 1, daily({ start, open: true }), read)];
}

const sketchHours = (chance: Chance) => (chance.happens(0.5) ? hourly : daily)({ start: "2024-02-01" });

/** A partition of it is the first hour of its window, as sensors have it. */
function sketchHistory(chance: Chance, place: number, set: PartitionSet): Sketch {
  return {
    ...sketchOf(chance, place, set, []),
    kind: "source",
    asked: true,
    checks: chance.pick([[], ["warning"]]),
    sensors: Array.from({ length: chance.between(1, 4) }, (_, i) => i + 1),
    scattered: chance.happens(0.7),
    timeout: false,
    batch: chance.pick([3, 100, 100]),
  };
}

function sketchAsset(chance: Chance, above: readonly Sketch[]): Sketch {
  const set = sketchSet(chance);
  const deps = above.length === 0 || chance.happens(0.1) ? [] : sketchDependencies(chance, set, above);
  return sketchOf(chance, above.length, set, deps);
}

function sketchOf(
  chance: Chance,
  place: number,
  set: PartitionSet,
  deps: readonly SketchedDependency[],
): Sketch {
  const kind = deps.length > 0 ? "derived" : chance.happens(0.08) ? "external" : "source";
  return {
    key: `sim/a${place}`,
    kind,
    set,
    deps,
    code: 1,
    batch: chance.pick([1, 2, 3, 100]),
    group: chance.pick([1, 2, 100]),
    files: chance.pick([0, 1, 2, 2]),
    checks: chance.pick([[], [], ["blocking"], ["warning"], ["blocking", "warning"]]),
    pool: chance.happens(0.3),
    retries: chance.pick([0, 0, 1, 2]),
    timeout: chance.happens(0.15),
    retained: chance.happens(0.2),
    asked: kind === "source" && chance.happens(0.8),
    automated: false,
    sensors: [],
    scattered: false,
  };
}

function sketchSet(chance: Chance): PartitionSet {
  const start = chance.pick(["2024-02-01", "2024-02-01", "2024-01-31"]);
  const open = chance.happens(0.4);
  switch (chance.between(0, 6)) {
    case 0:
      return single;
    case 1:
      return staticKeys(["x", "y", "z"].slice(0, chance.between(1, 3)));
    case 2:
      return daily({ start: chance.pick(["2024-01-30", start]), open });
    case 3:
      return monthly({ start: "2024-01-01", open });
    case 4:
      return daily({ start, open, timeZone: "Asia/Kathmandu" });
    default:
      return hourly({ start: "2024-02-01", open });
  }
}

function sketchDependencies(
  chance: Chance,
  set: PartitionSet,
  above: readonly Sketch[],
): SketchedDependency[] {
  const ups = [...new Set(Array.from({ length: chance.between(1, 2) }, () => chance.pick(above)))];
  return ups.map((up, place) => ({
    name: `d${place}`,
    upstream: up.key,
    mapping: sketchMapping(chance, up.set, set),
    mode: chance.pick(["content", "content", "content", "content", "order", "present"]),
  }));
}

/** Those of the other parity, whatever the sets; its inverse is not told. */
const parity = custom({
  id: "parity",
  members: (partition, { upstream }, now) => {
    const there = upstream.existing(now);
    if (there === null) return [];
    const members = [];
    for (let ordinal = there.from; ordinal <= there.to; ordinal++) {
      if ((ordinal + partition) % 2 === 0 && upstream.has(ordinal, now)) {
        members.push({ from: ordinal, to: ordinal });
      }
    }
    return members;
  },
});

function sketchMapping(chance: Chance, up: PartitionSet, down: PartitionSet): Mapping {
  const fitting: Mapping[] = [latest, all, parity];
  if (up.window(0) !== null && down.window(0) !== null) {
    const from = chance.pick([-1, 0, 0]);
    fitting.push(...Array(6).fill(windows({ from, to: chance.between(from, 0) }) as Mapping));
  }
  try {
    identity.bind(up, down);
    fitting.push(identity, identity, identity);
  } catch {
    // The two sets differ in kind or zone.
  }
  return chance.pick(fitting);
}

/** Asked again at the next full hour while younger than a day, then never. */
export function dueOf(window: Window | null, askedAt: Instant): Instant {
  const next = (Math.floor(askedAt / HOUR) + 1) * HOUR;
  return window !== null && next > window.end + DAY ? Infinity : next;
}
