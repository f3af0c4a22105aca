import type { AnyAsset, AssetKey } from "../core/mod.ts";

/** A partition set for people: `daily (UTC) from 2016-01-01`; empty for the unpartitioned. */
export function partitionsText({ partitions: { spec } }: AnyAsset): string {
  if (spec.type === "single") return "";
  if (spec.type === "static") return `${spec.keys.length} keys`;
  return `${spec.type} (${spec.timeZone}) from ${spec.start}`;
}

/** At most so many keys are listed. */
const LISTED = 20;

/** The keys of a static set, as many as can be read. */
export function keysText({ partitions: { spec } }: AnyAsset): string {
  if (spec.type !== "static") return "";
  const more = spec.keys.length > LISTED ? `, … (${spec.keys.length})` : "";
  return `${spec.keys.slice(0, LISTED).join(", ")}${more}`;
}

/** A dependency for people: the asset, and the mode where it is not its content that counts. */
export function dependencyText(asset: AssetKey, mode: string): string {
  return mode === "content" ? asset : `${asset} (${mode})`;
}
