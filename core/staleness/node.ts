import type { AnyAsset, Dependency, DependencyMode } from "../asset.ts";
import { DeclarationError } from "../errors.ts";
import type { AssetKey, CodeRecord } from "../event.ts";
import { codeVersion } from "../fingerprint.ts";
import type { Graph } from "../graph.ts";
import type { Instant } from "../instant.ts";
import type { BoundMapping } from "../mapping.ts";
import { partitionSet } from "../partition/spec.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import {
  contains,
  fromOrdinals,
  intersect,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
} from "../partition/ranges.ts";
import { STANDS, type State } from "../ports/state.ts";
import { Rows } from "./rows.ts";

/** A dependency between two nodes, its mapping bound to their partition sets. */
export interface Edge {
  readonly name: string;
  readonly mode: DependencyMode;
  readonly mapping: BoundMapping;
  readonly up: Node;
  readonly down: Node;
  /** Its place among the edges that carry a sum (content and present), or -1. */
  readonly slot: number;
  /** Its place among the edges whose members must be sound (content), or -1. */
  readonly contentSlot: number;
}

/** An asset as one state knows it, with the rows of its partitions. */
export interface Node {
  readonly asset: AnyAsset;
  readonly key: AssetKey;
  /** Its place in dependency order. */
  readonly order: number;
  readonly set: PartitionSet;
  /** The id of this graph's code record of it, which is what it is made with here. */
  readonly codeId: number;
  readonly record: CodeRecord;
  /** The present code record, by which it is judged: another one where other code was registered since. */
  present: { readonly codeId: number; readonly record: CodeRecord };
  /** Every dependency. */
  readonly up: readonly Edge[];
  /** Those that carry a sum, by slot. */
  readonly summed: readonly Edge[];
  /** Those whose members must be sound, by content slot. */
  readonly contentEdges: readonly Edge[];
  readonly down: readonly Edge[];
  readonly rows: Rows;
}

/** Reads a source file's text. @throws If there is none. */
export type ReadSourceFile = (path: string) => string | Promise<string>;

/**
 * Registers the graph's assets with the state and binds them to it, in dependency order.
 *
 * @throws {DeclarationError} If a source file cannot be read.
 */
export async function bindGraph(
  graph: Graph,
  { state, readSourceFile, at, yielding = false }: {
    readonly state: State;
    readonly readSourceFile: ReadSourceFile;
    readonly at: Instant;
    readonly yielding?: boolean;
  },
): Promise<Node[]> {
  const records = await Promise.all(graph.assets.map((asset) => codeRecord(asset, readSourceFile)));
  const registered = await state.register(
    graph.assets.map((asset, i) => ({
      key: asset.key,
      partitions: asset.partitions.spec,
      record: records[i]!,
    })),
    at,
    { yielding },
  );
  const nodes = new Map<AssetKey, Node>();
  graph.assets.forEach((asset, order) => {
    const { partitions, codeId } = registered[order]!;
    const node = bindAsset(asset, order, partitionSet(partitions), codeId, records[order]!, nodes);
    nodes.set(asset.key, node);
  });
  return [...nodes.values()];
}

/** The same assets as nodes of their own, without rows. */
export function bindAgain(nodes: readonly Node[]): Node[] {
  const bound = new Map<AssetKey, Node>();
  for (const { asset, key, order, set, codeId, record } of nodes) {
    bound.set(key, bindAsset(asset, order, set, codeId, record, bound));
  }
  return [...bound.values()];
}

/** Whether other code of an asset was registered since this graph's was: it is not made here. */
export function isBehind({ codeId, present }: Node): boolean {
  return present.codeId !== codeId;
}

/** Reads the source files of every asset. @throws {DeclarationError} If one cannot be read. */
export async function requireSources({ assets }: Graph, readSourceFile: ReadSourceFile): Promise<void> {
  for (const asset of assets) await sourcesOf(asset, readSourceFile);
}

async function sourcesOf(asset: AnyAsset, readSourceFile: ReadSourceFile): Promise<Record<string, string>> {
  const sources: Record<string, string> = {};
  for (const { path, name = path } of asset.sources) {
    if (name in sources) {
      throw new DeclarationError(
        `declaring "${asset.key}": found two source files named "${name}", wanted a name for each`,
      );
    }
    try {
      sources[name] = await readSourceFile(path);
    } catch (cause) {
      throw new DeclarationError(
        `declaring "${asset.key}": found no source file "${path}" that can be read, ` +
          "wanted its path below the graph's folder, or a module's own import.meta.url",
        { cause },
      );
    }
  }
  return sources;
}

async function codeRecord(asset: AnyAsset, readSourceFile: ReadSourceFile): Promise<CodeRecord> {
  const sources = await sourcesOf(asset, readSourceFile);
  const edges = dependencies(asset).filter(([, { mode }]) => mode !== "order")
    .map(([, { asset: upstream, mapping, mode }]) => ({
      upstream: upstream.key,
      mapping: mode === "present" ? `present ${mapping.id}` : mapping.id,
    }));
  return { version: codeVersion(asset.code, sources), edges };
}

/** An asset's dependencies in an order that does not depend on how they were declared. */
function dependencies(asset: AnyAsset): [string, Dependency][] {
  const name = ({ asset: upstream, mapping, mode }: Dependency) => `${upstream.key} ${mapping.id} ${mode}`;
  return Object.entries(asset.deps).sort(([, a], [, b]) => name(a) < name(b) ? -1 : 1);
}

function bindAsset(
  asset: AnyAsset,
  order: number,
  set: PartitionSet,
  codeId: number,
  record: CodeRecord,
  nodes: ReadonlyMap<AssetKey, Node>,
): Node {
  const up: Edge[] = [];
  const summed: Edge[] = [];
  const contentEdges: Edge[] = [];
  const size = set.spec.type === "single" ? 1 : 256;
  const node: Node = {
    asset,
    key: asset.key,
    order,
    set,
    codeId,
    record,
    present: { codeId, record },
    up,
    summed,
    contentEdges,
    down: [],
    rows: null!,
  };
  for (const [name, { asset: upstream, mapping, mode }] of dependencies(asset)) {
    const upNode = nodes.get(upstream.key)!;
    const edge: Edge = {
      name,
      mode,
      mapping: mapping.bind(upNode.set, set),
      up: upNode,
      down: node,
      slot: mode === "order" ? -1 : summed.length,
      contentSlot: mode === "content" ? contentEdges.length : -1,
    };
    up.push(edge);
    if (edge.slot >= 0) summed.push(edge);
    if (edge.contentSlot >= 0) contentEdges.push(edge);
    (upNode.down as Edge[]).push(edge);
  }
  return Object.assign(node, { rows: new Rows(size, summed.length, contentEdges.length) });
}

/** The partitions of `within` that exist at `now`. */
export function existing(set: PartitionSet, within: Ranges, now: Instant): Ranges {
  const hull = set.existing(now);
  if (hull === null) return [];
  const [first] = within;
  const whole = within.length === 1 && hull.from <= first!.from && first!.to <= hull.to;
  const inside = whole ? within : intersect(within, [hull]);
  if (set.spec.type !== "static") return inside;
  return fromOrdinals([...ordinals(inside)].filter((ordinal) => set.has(ordinal, now)));
}

/** How many partitions of `within` exist at `now`; quicker than listing them. */
export function countExisting(set: PartitionSet, within: Ranges, now: Instant): number {
  const hull = set.existing(now);
  if (hull === null) return 0;
  let total = 0;
  for (const { from, to } of within) {
    const first = Math.max(from, hull.from);
    const last = Math.min(to, hull.to);
    if (last < first) continue;
    if (set.spec.type !== "static") total += last - first + 1;
    else for (let ordinal = first; ordinal <= last; ordinal++) if (set.has(ordinal, now)) total++;
  }
  return total;
}

/** All partitions of a node that exist at `now`. */
export function allExisting(node: Node, now: Instant): Ranges {
  const hull = node.set.existing(now);
  return hull === null ? [] : existing(node.set, [hull], now);
}

/** The partitions of a node that stand. */
export function materializedIn({ rows }: Node, ranges: Ranges): Ranges {
  const found: number[] = [];
  for (const { from, to } of ranges) {
    rows.each(from, to, (chunk, i, ordinal) => {
      if (chunk.stands(i)) found.push(ordinal);
    });
  }
  return fromOrdinals(found);
}

/** The partitions of a node whose files are promised and not known to be damaged, ascending. */
export function intactIn({ rows }: Node, ranges: Ranges): number[] {
  const found: number[] = [];
  for (const { from, to } of ranges) {
    rows.each(from, to, (chunk, i, ordinal) => {
      if (chunk.status[i] === STANDS) found.push(ordinal);
    });
  }
  return found;
}

/** The members of partitions through an edge, whether or not they exist. */
export function membersOf(edge: Edge, partitions: Ranges, now: Instant): Ranges {
  const all: OrdinalRange[] = [];
  for (const partition of ordinals(partitions)) {
    for (const members of edge.mapping.members(partition, now)) {
      const last = all.at(-1);
      if (last !== undefined && members.from >= last.from && members.from <= last.to + 1) {
        if (members.to > last.to) all[all.length - 1] = { from: last.from, to: members.to };
      } else all.push(members);
    }
  }
  return all.length < 2 ? all : normalize(all);
}

/** The partitions that read a member through an edge, whether or not they were ever made. */
export function dependentsOf(edge: Edge, member: number, now: Instant): Ranges {
  if (edge.mapping.dependents !== undefined) return edge.mapping.dependents(member, now);
  const readers = [...ordinals(allExisting(edge.down, now))].filter((partition) =>
    contains(edge.mapping.members(partition, now), member)
  );
  return fromOrdinals(readers);
}
