import type { AssetKey, RunId } from "../event.ts";
import { count, type Ranges } from "../partition/ranges.ts";
import type { RunRequest } from "../ports/state.ts";
import { materializedIn, type Node } from "../staleness/node.ts";
import { exclusively } from "./exclusive.ts";
import { recorded } from "./recorded.ts";
import { scopeFrom } from "./request.ts";
import { commit, type Session } from "./session.ts";

/** Forgets what stands of the partitions: they are missing from then on. Files stay. @returns How many were forgotten. */
export async function wipe(session: Session, request: RunRequest): Promise<Map<AssetKey, number>> {
  const wiped = new Map<AssetKey, number>();
  const materialized = [...scopeFrom(session.index, request)].map(([node, ranges]) => {
    wiped.set(node.key, 0);
    return [node, materializedIn(node, ranges)] as const;
  }).filter(([, ranges]) => ranges.length > 0);
  if (materialized.length === 0) return wiped;
  await recorded(session, request, async (run) => {
    for (const [node, ranges] of materialized) {
      const forgotten = await forget(session, run, node, ranges, () => materializedIn(node, ranges));
      wiped.set(node.key, count(forgotten));
    }
  });
  return wiped;
}

/** Forgets what stands of claimed partitions. @param standing Asked once nobody else is at work on them. */
export async function forget(
  session: Session,
  run: RunId,
  asset: Pick<Node, "key" | "set">,
  ranges: Ranges,
  standing: () => Ranges,
): Promise<Ranges> {
  return await exclusively(session, run, asset, ranges, async (claim) => {
    const forgotten = standing();
    const common = { kind: "wiped" as const, asset: asset.key, at: session.clock.now(), run };
    await commit(session, { claim, events: forgotten.map((range) => ({ ...common, ...range })) });
    return forgotten;
  });
}
