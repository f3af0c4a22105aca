import type { AssetKey } from "../event.ts";
import { count } from "../partition/ranges.ts";
import type { RunRequest } from "../ports/state.ts";
import { materializedIn } from "../staleness/node.ts";
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
      await exclusively(session, run, node, ranges, async (claim) => {
        const still = materializedIn(node, ranges);
        const at = session.clock.now();
        const events = still.map((range) => ({
          kind: "wiped" as const,
          asset: node.key,
          at,
          run,
          ...range,
        }));
        await commit(session, { claim, events });
        wiped.set(node.key, count(still));
      });
    }
  });
  return wiped;
}
