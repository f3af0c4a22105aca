import { count, type Holding, keysOf, type State } from "../core/mod.ts";
import { named } from "./text.ts";

/** A line for each run and asset with claims: who holds them, and what that means. */
export async function holdingLines(state: State, holdings: readonly Holding[]): Promise<string[]> {
  const keys = await keysOf(state);
  return holdings.map((holding) => {
    const { run, asset, ranges, alive, place } = holding;
    const [first, last] = [ranges[0]!, ranges.at(-1)!];
    const what = named(asset, keys(asset, first.from), keys(asset, last.to), count(ranges));
    if (alive) return `run ${run} is at work on ${what}: ${worker(holding)}`;
    const left = `run ${run} left ${what} behind, for the next that works on it to settle`;
    return place === null
      ? left
      : `${left}: ${worker(holding)} is no more; "runs release ${run}" frees what can be freed now`;
  });
}

/** Who holds, or held. */
export function worker({ place }: Holding): string {
  return place === null ? "its worker" : `process ${place.pid} on ${place.host}`;
}
