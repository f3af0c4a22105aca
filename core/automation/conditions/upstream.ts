import {
  count,
  fromOrdinals,
  intersect,
  intersects,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
} from "../../partition/ranges.ts";
import { type Edge, existing, membersOf } from "../../staleness/node.ts";
import type { Site } from "../evaluator.ts";

/** The dependencies whose members must be as a reader wants them: of those on what stands, none must be there. */
export function upstreamOf({ node }: Pick<Site, "node">): readonly Edge[] {
  return node.up.filter(({ mode }) => mode !== "present");
}

/** The partitions that those within a site read and that exist. */
export function membersRead({ within, view: { index } }: Site, edge: Edge): Ranges {
  return existing(edge.up.set, membersOf(edge, within, index.now), index.now);
}

/** Those of `readers` that read any of the members. */
export function readersOf(edge: Edge, members: Ranges, readers: Ranges, now: number): Ranges {
  if (members.length === 0) return [];
  const { mapping } = edge;
  if (mapping.dependents === undefined || count(members) > count(readers)) {
    const reads = (reader: number) =>
      mapping.members(reader, now).some((range) => intersects(members, range));
    return fromOrdinals([...ordinals(readers)].filter(reads));
  }
  const found: OrdinalRange[] = [];
  for (const member of ordinals(members)) {
    for (const range of mapping.dependents(member, now)) {
      const last = found.at(-1);
      if (last === undefined || last.from !== range.from || last.to !== range.to) found.push(range);
    }
  }
  return intersect(normalize(found), readers);
}
