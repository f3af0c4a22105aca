import { type AssetKey, type Seen, type Warning, warningLines } from "../core/mod.ts";
import { number } from "./text.ts";

/** A line for each warning of assets that could be looked at. */
export function seenLines(seen: readonly Seen[]): string[] {
  return warningLines(seen.map(({ asset, warnings }) => [asset, warnings]));
}

/** A warning that files of an asset were not looked at, if so: a look takes only so long. */
export function leftWarnings(left: ReadonlyMap<AssetKey, number>, key: AssetKey): Warning[] {
  const partitions = left.get(key) ?? 0;
  if (partitions === 0) return [];
  const of = partitions === 1 ? "1 partition" : `${number(partitions)} partitions`;
  return [{ message: `the files of ${of} were not looked at this time: "check" compares them all` }];
}

/** A line for each asset that could not be looked at: nothing can be told of it. */
export function unseenLines(seen: readonly Seen[]): string[] {
  return seen.flatMap(({ asset, failure }) => failure === undefined ? [] : [`${asset}: ${failure}`]);
}
