import { Marked, type ShownState } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import type { Comparison } from "./gates.ts";
import { text } from "./words.ts";

/** The state whose sign a comparison has. */
const LIKE: Readonly<Record<Comparison, ShownState>> = {
  equal: "fresh",
  damaged: "failed",
  aged: "stale",
  differ: "failed",
  devBack: "late",
  prodBack: "late",
  unpromoted: "queued",
  without: "late",
  nothing: "missing",
};

/** How development and production stand to each other, with a sign. */
export function Compared({ view, of }: { view: View; of: Comparison }) {
  return (
    <Marked state={LIKE[of]}>
      {view.in(text).comparisons[of]}
    </Marked>
  );
}
