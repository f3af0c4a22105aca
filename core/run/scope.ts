import { RequestError } from "../errors.ts";
import type { AssetKey } from "../event.ts";
import type { Graph } from "../graph.ts";
import { DAY, type Instant } from "../instant.ts";
import { instants, readBound } from "../partition/bound.ts";
import { isTimeSet, type PartitionSet, type Window } from "../partition/partition_set.ts";
import { partitionRanges } from "../partition/range_text.ts";
import { count, fromOrdinals, ordinals, type Ranges, subtract, union } from "../partition/ranges.ts";
import { zoneOf } from "../partition/zone.ts";
import { isWatched, makeable } from "./makeable.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { existing, membersOf, type Node } from "../staleness/node.ts";

/** The assets that a run is to cover, and which of their partitions. */
export interface RunSelection {
  readonly assets: ReadonlySet<AssetKey>;
  /** The expression that chose the assets, for the run's record. */
  readonly words?: readonly string[];
  /** Keys of single partitions; they take the place of `from` and `to`. */
  readonly partitions?: readonly string[];
  /**
   * Dates or times, both inclusive.
   * @default the last `lookbackDays` whole UTC days and today; of what is looked for, all that was seen
   */
  readonly from?: string;
  readonly to?: string;
  /** Covers the whole sets, where neither keys nor bounds choose from them. */
  readonly all?: boolean;
  readonly lookbackDays: number;
  /** Materializes what is fresh, too. */
  readonly force?: boolean;
  /** Covers nothing but what the keys or bounds name: no sets without time, no partitions within a key's window. */
  readonly exact?: boolean;
}

/** The partitions of each asset that a request covers, in dependency order; assets without any are left out. */
export type Scope = ReadonlyMap<Node, Ranges>;

/** @throws {RequestError} If a bound or a partition key is not one, or applies to none of the assets. */
export function scopeOf(index: StalenessIndex, request: RunSelection): Scope {
  const scope = new Map<Node, Ranges>();
  for (const [node, { ranges, whole }] of wantedOf(index, request)) {
    const present = makeable(index, node, existing(node.set, ranges, index.now));
    const taking = whole
      ? present
      : present.length === 0
      ? []
      : complete(index, scope, node, present, request);
    if (taking.length > 0) scope.set(node, taking);
  }
  return scope;
}

/** The partitions of each asset that a request names, there or not. @throws {RequestError} As `scopeOf`. */
export function wantedOf(index: StalenessIndex, request: RunSelection): ReadonlyMap<Node, Wanted> {
  const within = index.nodes.filter((node) => request.assets.has(node.key));
  requireBounds(within, request);
  return request.partitions?.length
    ? byKeys(index, within, request.partitions, request.exact ?? false)
    : byBounds(index, within, request);
}

/** The partition of a key, null for the only one. @throws {RequestError} If the asset has none of that key. */
export function partitionOf(
  { key, set }: Node,
  partition: string | null,
  action: string,
  now: Instant,
): number {
  const ordinal = partition === null ? (set.spec.type === "single" ? 0 : undefined) : set.ordinal(partition);
  if (ordinal !== undefined) return ordinal;
  const found = partition === null ? "no partition" : `partition "${partition}"`;
  const wanted = set.spec.type === "single" ? "none: it is one whole" : `one of its own${suchAs([set], now)}`;
  throw new RequestError(`${action} "${key}": found ${found}, wanted ${wanted}`);
}

/** At most so many keys are shown as examples. */
const SHOWN = 3;

/** Keys that the sets have, static ones and one of each grain, as they are written; nothing where there are none. */
function suchAs(sets: readonly PartitionSet[], now: Instant): string {
  const kinds = new Map<string, string>();
  for (const set of sets) {
    const there = set.existing(now);
    if (there === null) continue;
    const isStatic = set.spec.type === "static";
    const some = isStatic ? [...ordinals([there])].filter((ordinal) => set.has(ordinal, now)) : [there.to];
    for (const ordinal of some.slice(0, SHOWN)) {
      const key = set.key(ordinal);
      if (key !== null) kinds.set(isStatic ? key : set.spec.type, `"${key}"`);
    }
  }
  const keys = [...kinds.values()].slice(0, SHOWN);
  return keys.length === 0 ? "" : `, such as ${keys.join(" or ")}`;
}

/** @throws {RequestError} If a bound is no date or time, or no asset has partitions in time for it to choose from. */
function requireBounds(
  nodes: readonly Node[],
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): void {
  const given = Object.entries({ from, to }).flatMap(([name, text]) =>
    text === undefined ? [] : { name, text }
  );
  for (const { name, text } of given) {
    if (readBound(text) === undefined) {
      throw new RequestError(
        `reading "${name}": found "${text}", wanted a month, a date or a time such as "2018-01-31T05"`,
      );
    }
  }
  if (given.length === 0 || nodes.some(({ set }) => isTimeSet(set))) return;
  const assets = nodes.length === 1 ? `"${nodes[0]!.key}", which has no` : "no asset with";
  const { name, text } = given[0]!;
  throw new RequestError(
    `reading "${name}": found "${text}" for ${assets} partitions in time, wanted keys of partitions or no range`,
  );
}

interface Wanted {
  readonly ranges: Ranges;
  /** Whether each partition was asked for by its own key. */
  readonly whole: boolean;
}

function byBounds(index: StalenessIndex, nodes: readonly Node[], request: RunSelection): Map<Node, Wanted> {
  const { from, to } = bounds(index, request);
  const bounded = request.from !== undefined || request.to !== undefined;
  const wanted = new Map<Node, Wanted>();
  for (const node of nodes) {
    try {
      const range = bounded || !isWatched(node)
        ? node.set.between(from, to, index.now)
        : node.set.existing(index.now);
      if (request.exact && !isTimeSet(node.set)) continue;
      const whole = !isTimeSet(node.set) || (!bounded && isWatched(node));
      wanted.set(node, { ranges: range === null ? [] : [range], whole });
    } catch (cause) {
      throw new RequestError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }
  return wanted;
}

function bounds(
  index: StalenessIndex,
  request: RunSelection,
): { from: string | undefined; to: string | undefined } {
  const { from, to, all } = request;
  if (all || from !== undefined || to !== undefined) return { from, to };
  const date = (instant: number) => new Date(instant).toISOString().slice(0, 10);
  return { from: date(index.now - request.lookbackDays * DAY), to: date(index.now) };
}

/** Partitions by key; of other time sets those that lie within such a partition's window; sets without time whole. */
function byKeys(
  index: StalenessIndex,
  nodes: readonly Node[],
  keys: readonly string[],
  exact: boolean,
): Map<Node, Wanted> {
  const wanted = new Map<Node, Wanted>();
  const windows: Window[] = [];
  for (const key of keys) {
    const having = nodes.filter((node) => node.set.ordinal(key) !== undefined);
    if (having.length === 0) {
      const wanted = suchAs(nodes.map(({ set }) => set), index.now);
      throw new RequestError(
        `partition "${key}": found no such partition of the selected assets, wanted a key${wanted}`,
      );
    }
    const existingNow = having.filter((node) => node.set.has(node.set.ordinal(key)!, index.now));
    if (existingNow.length === 0) {
      throw new RequestError(`partition "${key}": found none yet, wanted one that has begun or ended by now`);
    }
    for (const node of having) {
      const ordinal = node.set.ordinal(key)!;
      const window = node.set.window(ordinal);
      if (window !== null) windows.push(window);
      wanted.set(node, {
        ranges: union(wanted.get(node)?.ranges ?? [], fromOrdinals([ordinal])),
        whole: true,
      });
    }
  }
  const ordered = new Map<Node, Wanted>();
  for (const node of nodes) {
    const ranges = wanted.get(node)?.ranges ?? (exact ? [] : withinWindows(index, node, windows));
    ordered.set(node, { ranges, whole: true });
  }
  return ordered;
}

function withinWindows(index: StalenessIndex, node: Node, windows: readonly Window[]): Ranges {
  const hull = node.set.existing(index.now);
  if (hull === null) return [];
  if (!isTimeSet(node.set)) return [hull];
  let ranges: Ranges = [];
  for (const { start, end } of windows) {
    const first = node.set.at(start);
    const last = node.set.at(end - 1);
    const from = node.set.window(first).start < start ? first + 1 : first;
    const to = node.set.window(last).end > end ? last - 1 : last;
    if (from <= to) ranges = union(ranges, [{ from, to }]);
  }
  return ranges;
}

/** Leaves out partitions that reach beyond the bounds, unless all that they read is in the scope or there already. */
function complete(
  index: StalenessIndex,
  scope: Scope,
  node: Node,
  ranges: Ranges,
  request: RunSelection,
): Ranges {
  const { from, to } = bounds(index, request);
  if (!isTimeSet(node.set) || (from === undefined && to === undefined)) return ranges;
  const zone = zoneOf(node.set.spec.timeZone);
  const start = from === undefined ? -Infinity : instants(readBound(from)!, zone).start;
  const end = to === undefined ? Infinity : instants(readBound(to)!, zone).end;
  const beyond: number[] = [];
  for (const ordinal of ordinals(ranges)) {
    const window = node.set.window(ordinal);
    if (window.start >= start && window.end <= end) continue;
    if (
      node.up.some((edge) =>
        edge.mode !== "present" && lacks(edge.up, membersOf(edge, at(ordinal), index.now))
      )
    ) {
      beyond.push(ordinal);
    }
  }
  return subtract(ranges, fromOrdinals(beyond));

  function lacks(up: Node, members: Ranges): boolean {
    const inScope = scope.get(up) ?? (request.assets.has(up.key) ? [] : undefined);
    if (inScope === undefined) return false;
    const outside = subtract(existing(up.set, members, index.now), inScope);
    return [...ordinals(outside)].some((member) => index.judge(up, member) === "missing");
  }
}

const at = (ordinal: number) => [{ from: ordinal, to: ordinal }];

/** The first asset whose whole history would be forgotten for want of a range; undefined where one is given. */
export function unranged(graph: Graph, selection: RunSelection): AssetKey | undefined {
  const { assets, all, from, to, partitions = [] } = selection;
  if (all || from !== undefined || to !== undefined || partitions.length > 0) return undefined;
  return [...assets].find((key) => graph.byKey.get(key)!.partitions.spec.type !== "single");
}

/** How much of each asset a scope covers, by key. */
export function perAsset(scope: Scope) {
  return [...scope].map(([node, ranges]) => ({
    key: node.key,
    partitions: count(ranges),
    ranges: partitionRanges(node.set, ranges),
  }));
}
