import { type Instant, milliseconds } from "../instant.ts";
import { count, fromOrdinals, intersect, type Ranges, union } from "../partition/ranges.ts";
import type { StandingRecord } from "../ports/state.ts";
import { EXPIRED, STANDS } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { exclusively } from "./exclusive.ts";
import { commit, type Session } from "./session.ts";

/** The partitions of a node whose files `prune` deletes: whose retention is over, or whose files a dead worker left. */
export async function prunable(session: Session, node: Node): Promise<Ranges> {
  const { retention } = node.asset;
  if (retention === null) return [];
  const before = session.clock.now() - milliseconds(retention);
  return union(keptSince(node, before), await leftOver(session, node));
}

/**
 * Deletes the files of a node's partitions whose retention is over, and of those that expired before if a dead worker
 * left some. @returns How many partitions had files that went.
 */
export async function prune(session: Session, node: Node): Promise<number> {
  const { retention } = node.asset;
  if (retention === null) return 0;
  const { clock, publisher, state } = session;
  const before = clock.now() - milliseconds(retention);
  const over = union(keptSince(node, before), await leftOver(session, node));
  if (over.length === 0) return 0;
  const request = { command: "prune", asset: node.key };
  return await exclusively(session, node, over, request, async (run, claim) => {
    const expiring = intersect(over, keptSince(node, before));
    const records = (await state.standing(node.key, over))
      .filter(({ partition, expired }) => expired || intersect(expiring, [at(partition)]).length > 0);
    const now = clock.now();
    // First the mark, then the files: a reader never meets a partition that promises files that are gone.
    await commit(session, {
      claim,
      events: expiring.map((range) => ({ kind: "expired", asset: node.key, at: now, run, ...range })),
    });
    await publisher.remove(records.flatMap(filesOf));
    return count(fromOrdinals(records.map(({ partition }) => partition)));
  });
}

/** The partitions that were made up to an instant and whose files are still promised. */
function keptSince(node: Node, before: Instant): Ranges {
  const kept: number[] = [];
  node.rows.all((chunk, i, ordinal) => {
    if (chunk.status[i] === STANDS && chunk.at[i]! <= before) kept.push(ordinal);
  });
  return fromOrdinals(kept);
}

/** The partitions that expired, though files of theirs are still there. */
async function leftOver({ state, publisher }: Session, node: Node): Promise<Ranges> {
  const expired: number[] = [];
  node.rows.all((chunk, i, ordinal) => {
    if (chunk.status[i] === EXPIRED) expired.push(ordinal);
  });
  const records = await state.standing(node.key, fromOrdinals(expired));
  const files = records.flatMap((record) =>
    filesOf(record).map((ref) => ({ partition: record.partition, ref }))
  );
  const there = await publisher.intact(files.map(({ ref }) => ref));
  return fromOrdinals(files.filter((_, i) => there[i]).map(({ partition }) => partition));
}

const filesOf = ({ event }: StandingRecord) => event.payload.files;
const at = (ordinal: number) => ({ from: ordinal, to: ordinal });
