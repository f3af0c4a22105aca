import { RequestError } from "../errors.ts";
import type { AssetKey } from "../event.ts";
import { normalize, type OrdinalRange, type Ranges } from "../partition/ranges.ts";
import { keyRange } from "../partition/range_text.ts";
import type { AssetRange, RunCommand, RunRequest } from "../ports/state.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import { partitionOf, type RunSelection, type Scope, scopeOf } from "./scope.ts";

/** A run of what a selection covers by now. @throws {RequestError} */
export function requestOf(
  index: StalenessIndex,
  command: RunCommand,
  selection: RunSelection,
): RunRequest {
  const { words, from, to, partitions = [], all, force } = selection;
  return {
    command,
    ...(words !== undefined && { selection: words }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(partitions.length > 0 && { partitions }),
    ...(all && { all }),
    ...(force && { force }),
    ranges: [...scopeOf(index, selection)].flatMap(([node, ranges]) => assetRanges(node, ranges)),
  };
}

/** Partitions of a node by key. */
export function assetRanges({ key: asset, set }: Pick<Node, "key" | "set">, ranges: Ranges): AssetRange[] {
  return ranges.map((range) => ({ asset, ...keyRange(set, range) }));
}

/** The partitions that a request covers. @throws {RequestError} If it names what the graph has not. */
export function scopeFrom(index: StalenessIndex, { command, ranges }: RunRequest): Scope {
  const covered = new Map<AssetKey, OrdinalRange[]>();
  for (const { asset, from, to } of ranges) {
    const node = index.find(asset);
    if (node === undefined) {
      throw new RequestError(`running "${command}": found no asset "${asset}", wanted one of the graph`);
    }
    const ordinal = (key: string | null) => partitionOf(node, key, `running "${command}" of`, index.now);
    const known = covered.get(asset) ?? [];
    known.push({ from: ordinal(from), to: ordinal(to) });
    covered.set(asset, known);
  }
  return new Map(
    index.nodes.filter(({ key }) => covered.has(key)).map((
      node,
    ) => [node, normalize(covered.get(node.key)!)]),
  );
}

/** The partitions of a request that the graph has: it may be of another one. */
export function scopeOfKnown(index: StalenessIndex, request: Pick<RunRequest, "ranges">): Scope {
  return scopeFrom(index, { command: "materialize", ranges: knownRanges(index, request.ranges) });
}

/** Those of the ranges that the graph has. */
export function knownRanges(index: StalenessIndex, ranges: readonly AssetRange[]): AssetRange[] {
  return ranges.filter(({ asset, from, to }) => {
    const node = index.find(asset);
    return node !== undefined && [from, to].every((key) => hasKey(node, key));
  });
}

function hasKey({ set }: Node, key: string | null): boolean {
  return key === null ? set.spec.type === "single" : set.ordinal(key) !== undefined;
}
