import type { AssetKey, RunId } from "../event.ts";
import { type Instant, milliseconds } from "../instant.ts";
import { count, fromOrdinals, intersect, type Ranges, union } from "../partition/ranges.ts";
import type { MaterializationRecord } from "../ports/state.ts";
import { EXPIRED, STANDS } from "../ports/state.ts";
import { isBehind, type Node } from "../staleness/node.ts";
import { exclusively } from "./exclusive.ts";
import { recorded } from "./recorded.ts";
import { assetRanges } from "./request.ts";
import { commit, type Session } from "./session.ts";

/**
 * The partitions whose files `prune` deletes: whose retention is over, or whose files a dead worker left; of each node that
 * has a retention.
 */
export async function prunable(
  session: Session,
  assets: ReadonlySet<AssetKey>,
): Promise<Map<Node, Ranges>> {
  const found = new Map<Node, Ranges>();
  for (const node of session.index.nodes) {
    const { retention } = node.asset;
    if (!assets.has(node.key) || retention === null || isBehind(node)) continue;
    const before = session.clock.now() - milliseconds(retention);
    found.set(node, union(keptSince(node, before), await leftOver(session, node)));
  }
  return found;
}

/**
 * Deletes the files of partitions whose retention is over, and of those that expired before if a dead worker left some.
 *
 * @param over What `prunable` found.
 * @returns How many partitions had files that went.
 */
export async function prune(
  session: Session,
  over: ReadonlyMap<Node, Ranges>,
): Promise<Map<AssetKey, number>> {
  const ranges = [...over].flatMap(([node, ranges]) => assetRanges(node, ranges));
  const pruned = new Map([...over].map(([{ key }]) => [key, 0]));
  if (ranges.length === 0) return pruned;
  await recorded(session, { command: "prune", ranges }, async (run) => {
    for (const [node, ranges] of over) {
      if (ranges.length > 0) pruned.set(node.key, await pruneNode(session, run, node, ranges));
    }
  });
  return pruned;
}

/** Deletes the files of those partitions of a node. @returns How many partitions had files that went. */
export async function pruneNode(session: Session, run: RunId, node: Node, over: Ranges): Promise<number> {
  const { clock, publisher, state } = session;
  const before = clock.now() - milliseconds(node.asset.retention!);
  return await exclusively(session, run, node, over, async (claim) => {
    const expiring = intersect(over, keptSince(node, before));
    const records = (await state.materializations(node.key, over))
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
  const records = await state.materializations(node.key, fromOrdinals(expired));
  const files = records.flatMap((record) =>
    filesOf(record).map((ref) => ({ partition: record.partition, ref }))
  );
  const there = await publisher.intact(files.map(({ ref }) => ref));
  return fromOrdinals(files.filter((_, i) => there[i]).map(({ partition }) => partition));
}

const filesOf = ({ event }: MaterializationRecord) => event.payload.files;
const at = (ordinal: number) => ({ from: ordinal, to: ordinal });
