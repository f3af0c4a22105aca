import type { Attention, Graph } from "../../../core/mod.ts";

/** So many partitions are named in an address at most. */
const NAMED = 60;

/** The address of the act that makes all that needs a look; undefined where an address cannot name it all. */
export function theseHref({ concerns, totals }: Attention, { byKey }: Graph): string | undefined {
  const made = concerns.filter(({ asset }) => byKey.get(asset)?.materialize);
  const sum = made.reduce((total, { count }) => total + count, 0);
  const all = Object.values(totals).reduce((total, count) => total + count, 0);
  if (sum === 0 || sum < all || sum > NAMED) return undefined;
  const keys = new Set(made.flatMap(({ asset, from, to }) => {
    const { partitions } = byKey.get(asset)!;
    const first = from === null ? undefined : partitions.ordinal(from);
    const last = to === null ? undefined : partitions.ordinal(to);
    if (first === undefined || last === undefined) return [null];
    return Array.from({ length: last - first + 1 }, (_, place) => partitions.key(first + place));
  }));
  const named = [...keys].filter((key) => key !== null);
  const isWhole = named.length === 0;
  if (!isWhole && (keys.has(null) || named.some((key) => /\s/.test(key)))) return undefined;
  return `/acts/materialize?${new URLSearchParams({
    selection: [...new Set(made.map(({ asset }) => asset))].join(" or "),
    ...(!isWhole && { partitions: named.join(" ") }),
  })}`;
}
