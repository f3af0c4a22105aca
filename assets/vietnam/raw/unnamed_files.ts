import {
  contains,
  fromOrdinals,
  HOUR,
  iso,
  normalize,
  type ObjectStore,
  type State,
} from "../../../core/mod.ts";
import type { Discrepancy } from "../../group.ts";
import type { RawHours, RawZone } from "./hour_files.ts";

const FILE = /\/year=(\d{4})\/month=(\d\d)\/day=(\d\d)\/hour=(\d\d)\/raw_openaq_[^/]+\.json\.gz$/;

/** A raw file of each hour, by ordinal, of which the state does not name all, whoever is at work on them. */
export async function unnamedByHour(
  zone: RawZone,
  listed: readonly string[],
  state: State,
): Promise<Map<number, string>> {
  const named = new Set((await state.filesBelow(zone)).map(({ path }) => path));
  const unnamed = new Map<number, string>();
  for (const path of listed) {
    const [, year, month, day, hour] = FILE.exec(path) ?? [];
    if (year === undefined || named.has(path)) continue;
    unnamed.set(Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`) / HOUR, path);
  }
  return unnamed;
}

/** Raw files that the state does not name, such as those of a later state than it: a finding for each range of hours. */
export async function unnamedFiles(
  { asset, zone }: RawHours,
  { state, store }: { readonly state: State; readonly store: ObjectStore },
): Promise<Discrepancy[]> {
  // In this order: a file that is in place stands under a claim until the state names it.
  const listed = await store.list(zone);
  const holdings = (await state.holdings()).filter((each) => each.asset === asset);
  const busy = normalize(holdings.flatMap(({ ranges }) => ranges));
  const unnamed = await unnamedByHour(zone, listed, state);
  for (const hour of unnamed.keys()) if (contains(busy, hour)) unnamed.delete(hour);
  return fromOrdinals([...unnamed.keys()].sort((a, b) => a - b)).map(({ from, to }) => ({
    asset,
    message: `found "${unnamed.get(from)}"${from === to ? "" : " and files of the hours after it"}, ` +
      `wanted files that the state names: "deno task materialize ${asset} --from ${keyOf(from)} --to ${
        keyOf(to)
      } ` +
      '--force" takes in what is of these hours',
  }));
}

function keyOf(ordinal: number): string {
  return iso(ordinal * HOUR).slice(0, 13);
}
