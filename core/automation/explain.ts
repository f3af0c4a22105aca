import { HeldByBackfills } from "../backfill/held.ts";
import { outagesIn } from "../outages.ts";
import { partitionOf } from "../run/scope.ts";
import { cronOf, runningIn, type Session } from "../run/session.ts";
import type { Node } from "../staleness/node.ts";
import { AUTOMATION } from "./names.ts";
import { pauseOf } from "./pauses.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/**
 * Judges an asset, or one of its partitions, by all that keeps it from being requested as things stand.
 *
 * @throws {RequestError} If it has no such partition.
 * @throws {DeclarationError} If its condition, or one above it, cannot be meant.
 */
export async function explain(
  session: Session,
  node: Node,
  partition: string | null,
  lookbackDays?: number,
): Promise<Verdict> {
  const { index, clock, state } = session;
  const view = { index, running: await runningIn(state), cron: await cronOf(session) };
  const paused = (await pauseOf(state.keyValue, AUTOMATION))?.paused ?? false;
  const outages = await outagesIn(state.keyValue, clock.now());
  const ordinal = partition === null && node.set.spec.type !== "single"
    ? null
    : partitionOf(node, partition, "judging", index.now);
  const held = await new HeldByBackfills(session, lookbackDays).now();
  return verdictOn(view, node, ordinal, { paused, outages, held });
}
