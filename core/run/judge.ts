import {
  count,
  fromOrdinals,
  intersect,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
  union,
} from "../partition/ranges.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Judgement } from "../staleness/judgement.ts";
import { dependentsOf, type Node } from "../staleness/node.ts";
import { judgements } from "../staleness/states.ts";
import { isHeldBack } from "./held_back.ts";
import { isWatched } from "./makeable.ts";
import type { Scope } from "./scope.ts";

/** Neighbouring partitions that are judged alike. */
export interface Judged extends OrdinalRange {
  readonly state: Judgement;
}

/** Says what of a scope is to be made: what is not fresh, or all of it if it is forced. */
export class Judge {
  constructor(
    readonly index: StalenessIndex,
    readonly scope: Scope,
    readonly force: boolean,
  ) {}

  /** The partitions of a node that need to be made; none of an external asset, and none that are held back. */
  wanted(node: Node, ranges: Ranges): Judged[] {
    if (node.asset.materialize === null) return [];
    const judged = judgements(this.index, node, ranges);
    if (this.force) return judged;
    const wanted = judged.filter(({ state }) => state !== "fresh");
    return this.index.hasGone && isWatched(node) ? wanted.flatMap((each) => this.#free(node, each)) : wanted;
  }

  #free(node: Node, { state, ...range }: Judged): Judged[] {
    const free = [...ordinals([range])].filter((partition) => !isHeldBack(this.index, node, partition));
    return fromOrdinals(free).map((each) => ({ ...each, state }));
  }

  /** Whatever may have to be made by the end, upstream first: what is wanted now, and all in the scope that reads it. */
  candidates(): Map<Node, Ranges> {
    const found = new Map<Node, Ranges>();
    for (const [node, ranges] of this.scope) {
      if (node.asset.materialize === null) continue;
      let wanted = normalize(this.wanted(node, ranges));
      for (const edge of node.up) {
        const above = found.get(edge.up);
        if (above === undefined || count(wanted) === count(ranges)) continue;
        const readers: OrdinalRange[] = [];
        for (const member of ordinals(above)) {
          for (const reader of dependentsOf(edge, member, this.index.now)) {
            const last = readers.at(-1);
            if (last === undefined || reader.from !== last.from || reader.to !== last.to) {
              readers.push(reader);
            }
          }
        }
        wanted = union(wanted, intersect(ranges, normalize(readers)));
      }
      if (wanted.length > 0) found.set(node, wanted);
    }
    return found;
  }
}
