import type { AssetKey } from "../event.ts";
import { partitionSet } from "../partition/from_spec.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import { type PartitionRange, partitionRanges } from "../partition/range_text.ts";
import { EVERYTHING, fromOrdinals, type Ranges } from "../partition/ranges.ts";
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

/** Forgets all that stands of an asset that is no longer declared; files stay. */
export async function wipeUndeclared(session: Session, asset: AssetKey): Promise<void> {
  const found = await find(session, asset);
  if (found === undefined || found.materialized.length === 0) return;
  const { materialized } = found;
  await recorded(session, { command: "wipe", ranges: assetRanges(found, materialized) }, async (run) => {
    await forget(session, run, found, materialized, () => materialized);
  });
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
