import type { AssetCounts, KeyRange, OpenLake } from "../../../core/mod.ts";
import { shownCounts } from "../../parts/counts.ts";
import { partitionHref } from "../../parts/small.tsx";
import { State } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import type { Shown } from "./shown.ts";
import { text } from "./words.ts";

/** What is worth a look wherever it is. */
const WORTH = ["failed", "blocked", "stale"] as const;
/** So many of the newest are named. */
const NAMED = 3;

/** The newest partitions that need a look and are not in the stretch that is shown, by state. */
export async function elsewhere(
  { orchestrator }: OpenLake,
  asset: string,
  counts: AssetCounts,
  shown: readonly Shown[],
): Promise<readonly (readonly [state: typeof WORTH[number], ranges: readonly KeyRange[]])[]> {
  const all = shownCounts(counts);
  const missed = WORTH.filter((state) =>
    (all[state] ?? 0) > shown.filter((each) => each.state === state || each.state === "queued").length
  );
  if (missed.length === 0) return [];
  const inStretch = new Set(shown.map(({ key }) => key));
  const ranges = await orchestrator.states(asset, { all: true, lookbackDays: 0 });
  return missed.map((state) =>
    [
      state,
      ranges.filter((range) => range.state === state && !inStretch.has(range.from ?? "")).slice(-NAMED)
        .reverse(),
    ] as const
  ).filter(([, found]) => found.length > 0);
}

/** Leads to what needs a look in another stretch. */
export function Elsewhere(
  { view, asset, found }: { view: View; asset: string; found: Awaited<ReturnType<typeof elsewhere>> },
) {
  if (found.length === 0) return null;
  return (
    <p class="notice" data-live="elsewhere">
      {view.in(text).elsewhere}: {found.map(([state, ranges]) => (
        <>
          <State view={view} state={state} /> {ranges.map(({ from }) => (
            <>
              <a class="key" href={partitionHref(asset, from)}>{from}</a>
              {" "}
            </>
          ))}
        </>
      ))}
    </p>
  );
}
