import type { AssetKey } from "../event.ts";
import { partitionSet } from "../partition/spec.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import { type PartitionRange, partitionRanges } from "../partition/range_text.ts";
import { count, EVERYTHING, fromOrdinals, type Ranges } from "../partition/ranges.ts";
import { recorded } from "./recorded.ts";
import { assetRanges } from "./request.ts";
import type { Session } from "./session.ts";
import { forget } from "./wipe.ts";

/** An asset that the state knows and the graph does not declare, with what stands of it. */
export interface Undeclared {
  readonly asset: AssetKey;
  readonly isPartitioned: boolean;
  readonly materialized: readonly PartitionRange[];
}

/** An asset that is no longer declared; undefined where the state never knew it, or the graph declares it. */
export async function undeclared(session: Session, asset: AssetKey): Promise<Undeclared | undefined> {
  const found = await find(session, asset);
  return found && {
    asset,
    isPartitioned: found.set.spec.type !== "single",
    materialized: partitionRanges(found.set, found.materialized),
  };
}

/** Forgets all that stands of assets that are no longer declared, in one run; files stay. @returns How many partitions. */
export async function wipeUndeclared(
  session: Session,
  assets: readonly AssetKey[],
): Promise<Map<AssetKey, number>> {
  const wiped = new Map(assets.map((asset) => [asset, 0]));
  const known = await Promise.all(assets.map((asset) => find(session, asset)));
  const found = known.flatMap((each) => each === undefined || each.materialized.length === 0 ? [] : [each]);
  if (found.length === 0) return wiped;
  const ranges = found.flatMap((each) => assetRanges(each, each.materialized));
  await recorded(session, { command: "wipe", ranges }, async (run) => {
    for (const each of found) {
      const forgotten = await forget(session, run, each, each.materialized, () => each.materialized);
      wiped.set(each.key, count(forgotten));
    }
  });
  return wiped;
}

async function find(
  { state, index }: Session,
  key: AssetKey,
): Promise<{ key: AssetKey; set: PartitionSet; materialized: Ranges } | undefined> {
  if (index.find(key) !== undefined) return undefined;
  const known = (await state.assets()).find((each) => each.key === key);
  if (known === undefined) return undefined;
  const materialized = fromOrdinals(
    (await state.materializations(key, EVERYTHING)).map(({ partition }) => partition),
  );
  return { key, set: partitionSet(known.partitions), materialized };
}
