import { DAY } from "../instant.ts";
import { contains, EVERYTHING, intersect, type Ranges } from "../partition/ranges.ts";
import { isTimeSet } from "../partition/partition_set.ts";
import type { BackfillId } from "../ports/backfills.ts";
import { isOpen } from "../run/recover.ts";
import type { Scope } from "../run/scope.ts";
import type { Session } from "../run/session.ts";
import type { Node } from "../staleness/node.ts";
import { coveredBy } from "./progress.ts";

/** Partitions that a running backfill is still to make: conditions leave them to it. */
export interface Held {
  readonly backfill: BackfillId;
  readonly scope: Scope;
}

/**
 * The partitions that running backfills are still to make, but for those of the newest look-back, and of sets without time:
 * these stand for today, which waits for no backfill.
 */
export class HeldByBackfills {
  readonly #session: Session;
  readonly #lookbackDays: number;

  /** @param lookbackDays The days before today that no backfill keeps from being requested. */
  constructor(session: Session, lookbackDays = 7) {
    this.#session = session;
    this.#lookbackDays = lookbackDays;
  }

  /** As things stand, the newest backfill first. */
  async now(): Promise<Held[]> {
    const { state, index } = this.#session;
    const held: Held[] = [];
    for (const { id, status } of await state.backfills.list("open")) {
      const covered = await coveredBy(this.#session, id);
      for (const { batch, run } of await state.backfills.batches(id)) {
        // A batch that is at work goes on, though its backfill was paused.
        if (status !== "running" && run?.status !== "running") continue;
        if (run !== null && !isOpen(run)) continue;
        const scope = new Map<Node, Ranges>();
        for (const [node, ranges] of covered.batches[batch - 1]!.scope) {
          const old = this.#old(node, ranges, index.now);
          if (old.length > 0) scope.set(node, old);
        }
        held.push({ backfill: id, scope });
      }
    }
    return held;
  }

  #old({ set }: Node, ranges: Ranges, now: number): Ranges {
    if (!isTimeSet(set)) return [];
    const recent = set.at(now - (this.#lookbackDays + 1) * DAY);
    return intersect(ranges, [{ from: EVERYTHING[0]!.from, to: recent - 1 }]);
  }
}

/** The backfill that is still to make a partition; undefined where none is. */
export function holderOf(held: readonly Held[], node: Node, partition: number): BackfillId | undefined {
  return held.find(({ scope }) => contains(scope.get(node) ?? [], partition))?.backfill;
}
