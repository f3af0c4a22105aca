import type { View } from "../view/view.ts";
import { type ShownState, stateWords } from "./state.tsx";

/** How far something is, as a bar: parts in the order in which they are given, what is done first. */
export function Progress(
  { view, parts }: { view: View; parts: readonly (readonly [ShownState, number])[] },
) {
  const there = parts.filter(([, count]) => count > 0);
  const total = there.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const names = view.in(stateWords);
  const label = there.map(([state, count]) => `${view.format.number(count)} ${names[state]}`).join(", ");
  let x = 0;
  return (
    <svg class="bar far" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={label}>
      {there.map(([state, count]) => {
        const [left, width] = [x, 100 * count / total];
        x += width;
        // What is missing is what the bar lies on.
        return state === "missing"
          ? null
          : <rect class={`s-${state}`} x={left.toFixed(2)} y="0" width={width.toFixed(2)} height="8" />;
      })}
    </svg>
  );
}
