import type { Committed, EventLog } from "../../../../core/mod.ts";
import { requireCovered, toBeCovered } from "../../commits.ts";
import type { Parts } from "../parts.ts";

/** Appends events, and writes with them all that a commit says of its claim, its publications and its step. */
export function committing(
  { workers, leads, claims, registry, places, log, runs, intents, following, packer }: Parts,
): EventLog["commit"] {
  return async (commit) => {
    const { claim, events, step, reverted = [] } = commit;
    // What a lake is changed by is on the disk before and after, so that a power cut finds the two together.
    const synced = claim !== null && (commit.intents !== undefined || intents.any(claim));
    const committed = await workers.write<Committed>(() => {
      leads.require(commit.lead);
      const held = claim === null ? undefined : claims.held(claim);
      if (claim !== null) {
        if (held === undefined) return { status: "superseded" };
        requireCovered(toBeCovered(commit), { asset: registry.key(held.asset), ranges: held.ranges });
        const taken = commit.intents === undefined ? [] : places.taken(claim, commit.intents);
        if (taken.length > 0) return { status: "taken", places: taken };
      }
      const seq = log.append(events, held?.head ?? log.head(), held?.marked ?? true);
      runs.extend(new Set(events.flatMap(({ run }) => run ?? [])), seq);
      if (claim !== null) {
        const materialized = events.filter((event) => event.kind === "materialized");
        intents.end(claim, [...materialized.map(({ partition }) => partition), ...reverted]);
        if (commit.intents !== undefined) intents.begin(claim, commit.intents);
      }
      if (step !== undefined) runs.step(step);
      if (claim !== null && commit.release) claims.release(claim, step !== undefined);
      return { status: "committed", seq };
    }, { synced });
    if (committed.status === "committed") {
      if (events.length > 0) following.tell();
      await packer.upTo(committed.seq);
    }
    return committed;
  };
}
