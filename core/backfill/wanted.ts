import { count, fromOrdinals, intersect, normalize, type Ranges, union } from "../partition/ranges.ts";
import type { Lack } from "../ports/backfills.ts";
import type { Seq } from "../event.ts";
import { Judge } from "../run/judge.ts";
import type { Scope } from "../run/scope.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import { standing } from "../staleness/states.ts";

/**
 * The partitions of a scope that a backfill makes: all that is not fresh, and what may become so by that; or only what is missing, what is
 * stale, what failed, which may be either.
 */
export function wantedOf(index: StalenessIndex, scope: Scope, only: readonly Lack[] = []): Scope {
  const judge = new Judge(index, scope, false);
  if (only.length === 0) return judge.candidates();
  const wanted = new Map<Node, Ranges>();
  for (const [node, ranges] of scope) {
    const failed = only.includes("failed") ? index.failureRanges(node) : [];
    const lacking = judge.wanted(node, ranges).flatMap(({ state, ...range }) =>
      only.some((lack) => lack === state) ? [range] : intersect([range], failed)
    );
    if (lacking.length > 0) wanted.set(node, normalize(lacking));
  }
  return wanted;
}

/** How many partitions stand as they were wanted as of event `seq`: they are fresh, or were made since. */
export function doneOf(index: StalenessIndex, scope: Scope, seq: Seq): number {
  let done = 0;
  for (const [node, ranges] of scope) {
    const fresh = standing(index, node, ranges).judged.filter(({ state }) => state === "fresh");
    const since: number[] = [];
    for (const { from, to } of ranges) {
      node.rows.each(from, to, (chunk, i, ordinal) => {
        if (chunk.stands(i) && chunk.seq[i]! > seq) since.push(ordinal);
      });
    }
    done += count(union(normalize(fresh), fromOrdinals(since)));
  }
  return done;
}
