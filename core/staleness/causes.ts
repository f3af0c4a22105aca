import type { AssetKey } from "../event.ts";
import { fromOrdinals, type OrdinalRange, type Ranges } from "../partition/ranges.ts";
import type { CauseKind } from "./judgement.ts";
import type { StalenessIndex } from "./index.ts";
import { type Edge, existing, type Node } from "./node.ts";
import type { Chunk } from "./rows.ts";

/** Why partitions are stale. `members` are the partitions of `asset` whose change, absence or staleness is meant. */
export interface Cause {
  readonly kind: CauseKind;
  readonly asset?: AssetKey;
  readonly members?: Ranges;
  readonly detail?: string;
}

/** Why the partitions of a range are stale, each cause once, with all the members that it speaks of. */
export function causesOf(index: StalenessIndex, node: Node, range: OrdinalRange): Cause[] {
  const found = new Collected();
  node.rows.each(range.from, range.to, (chunk, i, partition) => {
    if (!chunk.stands(i)) return;
    codeCauses(index, node, chunk, i, found);
    if (index.isDamaged(node, partition)) {
      found.add("damaged", undefined, "a published file is gone or has other bytes");
    }
    for (const edge of node.summed) {
      if (chunk.differs[i * node.summed.length + edge.slot] === 1 && wasRead(index, edge, chunk, i)) {
        inputCause(index, edge, chunk, i, partition, found);
      }
    }
    for (const edge of node.contentEdges) upstreamCauses(index, edge, partition, found);
    const due = index.dueSince(node, chunk, i, partition);
    if (due !== null) found.add("source", undefined, due);
  });
  return found.causes();
}

/** Declared code, and dependencies that came or went since the row was made. */
function codeCauses(index: StalenessIndex, node: Node, chunk: Chunk, i: number, found: Collected): void {
  const { present } = node;
  if (chunk.codeId[i] === present.codeId) return;
  const record = index.recordOf(chunk, i);
  if (record === undefined) return found.add("code", undefined, "the code changed");
  if (record.version !== present.record.version) found.add("code", undefined, "the code changed");
  const had = record.edges.map(edgeName);
  const has = present.record.edges.map(edgeName);
  for (const [place, edge] of present.record.edges.entries()) {
    if (!had.includes(has[place]!)) found.add("dependency", edge.upstream, "a dependency was declared");
  }
  for (const [place, edge] of record.edges.entries()) {
    if (!has.includes(had[place]!)) found.add("dependency", edge.upstream, "a dependency was dropped");
  }
}

/** Whether the row was made with this dependency; of a new one nothing can have changed. */
function wasRead(index: StalenessIndex, { down, slot }: Edge, chunk: Chunk, i: number): boolean {
  if (chunk.codeId[i] === down.codeId) return true;
  const name = edgeName(down.record.edges[slot]!);
  return index.recordOf(chunk, i)?.edges.some((edge) => edgeName(edge) === name) ?? true;
}

/** The members whose content came, changed or went beyond the number that the row read. */
function inputCause(
  index: StalenessIndex,
  edge: Edge,
  chunk: Chunk,
  i: number,
  partition: number,
  found: Collected,
): void {
  if (edge.mode === "present") return found.add("input", edge.up.key, "partitions came or went");
  const read = chunk.read[i]!;
  let any = false;
  for (const { from, to } of edge.mapping.members(partition, index.now)) {
    edge.up.rows.each(from, to, (member, j, ordinal) => {
      if (member.changed[j]! <= read) return;
      found.add("input", edge.up.key, member.stands(j) ? "changed" : "went", ordinal);
      any = true;
    });
  }
  if (!any) found.add("input", edge.up.key, "other partitions than were read");
}

function upstreamCauses(index: StalenessIndex, edge: Edge, partition: number, found: Collected): void {
  const members = existing(edge.up.set, edge.mapping.members(partition, index.now), index.now);
  for (const { from, to } of members) {
    for (let ordinal = from; ordinal <= to; ordinal++) {
      if (!index.isSound(edge.up, ordinal)) {
        found.add("upstream", edge.up.key, index.judge(edge.up, ordinal), ordinal);
      }
    }
  }
}

const edgeName = (edge: { upstream: AssetKey; mapping: string }) =>
  JSON.stringify([edge.upstream, edge.mapping]);

/** Causes by what they say, with the members that they say it of. */
class Collected {
  readonly #causes = new Map<string, { cause: Cause; members: Set<number> }>();

  add(kind: Cause["kind"], asset: AssetKey | undefined, detail: string, member?: number): void {
    const name = JSON.stringify([kind, asset, detail]);
    let entry = this.#causes.get(name);
    if (entry === undefined) {
      entry = { cause: { kind, ...(asset === undefined ? {} : { asset }), detail }, members: new Set() };
      this.#causes.set(name, entry);
    }
    if (member !== undefined) entry.members.add(member);
  }

  causes(): Cause[] {
    return [...this.#causes.values()].map(({ cause, members }) =>
      members.size === 0 ? cause : { ...cause, members: fromOrdinals(members) }
    );
  }
}
