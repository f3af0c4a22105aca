import type { AssetKey } from "../event.ts";
import { partitionSet } from "../partition/from_spec.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import { fromOrdinals, type Ranges } from "../partition/ranges.ts";
import { exclusively } from "./exclusive.ts";
import { commit, type Session } from "./session.ts";

/** An asset that the state knows and the graph does not declare, with what stands of it. */
export interface Undeclared {
  readonly key: AssetKey;
  readonly set: PartitionSet;
  readonly standing: Ranges;
}

const EVERYTHING: Ranges = [{ from: -Number.MAX_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER }];

/** What stands of an asset that is no longer declared; undefined where the state never knew it, or the graph declares it. */
export async function undeclared(
  { state, index }: Session,
  key: AssetKey,
): Promise<Undeclared | undefined> {
  if (index.find(key) !== undefined) return undefined;
  const known = (await state.assets()).find((each) => each.key === key);
  if (known === undefined) return undefined;
  const standing = fromOrdinals((await state.standing(key, EVERYTHING)).map(({ partition }) => partition));
  return { key, set: partitionSet(known.partitions), standing };
}

/** Forgets all that stands of it; files stay. */
export async function wipeUndeclared(session: Session, asset: Undeclared): Promise<void> {
  const { key, standing } = asset;
  if (standing.length === 0) return;
  await exclusively(session, asset, standing, { command: "wipe", asset: key }, async (run, token) => {
    const at = session.clock.now();
    await commit(session, {
      claim: token,
      events: standing.map((range) => ({ kind: "wiped", asset: key, at, run, ...range })),
    });
  });
}
