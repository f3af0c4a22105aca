import type { Child } from "hono/jsx";
import type { PartitionState } from "../../core/mod.ts";
import type { View } from "../view/view.ts";
import { words } from "../view/language.ts";

/** How a partition is shown: as it stands, or as what lies over that. */
export type ShownState = PartitionState | "queued" | "late";

/** Every state that is shown, the worst first. */
export const STATES: readonly ShownState[] = [
  "failed",
  "blocked",
  "stale",
  "late",
  "missing",
  "running",
  "queued",
  "fresh",
];

export const stateWords = words<Readonly<Record<ShownState, string>>>({
  fresh: "fresh",
  stale: "stale",
  missing: "missing",
  failed: "failed",
  blocked: "blocked",
  running: "running",
  queued: "queued",
  late: "late",
}, {
  fresh: "đã cập nhật",
  stale: "lỗi thời",
  missing: "thiếu",
  failed: "lỗi",
  blocked: "bị chặn",
  running: "đang chạy",
  queued: "đang chờ",
  late: "trễ",
});

const text = words({
  late: (count: string) => `of these ${count} late`,
  damaged: "damaged",
}, {
  late: (count) => `trong đó ${count} trễ`,
  damaged: "hỏng",
});

/** The sign of a state, drawn in a square of 16. */
const SIGNS: Readonly<Record<ShownState, string>> = {
  fresh: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Z",
  stale: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2v10A5 5 0 0 0 8 3Z",
  missing: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 2a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z",
  failed: "M3 1 8 6l5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5-5-5Z",
  blocked: "M1 6h14v4H1Z",
  running: "M3 1l11 7L3 15Z",
  queued: "M1 6h4v4H1ZM6 6h4v4H6ZM11 6h4v4h-4Z",
  late: "M8 1 15.5 15H.5ZM7 6v4h2V6ZM7 11.5v2h2v-2Z",
};

/** A state with its sign and its name. @param count So many partitions are in it. */
export function State({ view, state, count }: { view: View; state: ShownState; count?: number }) {
  return (
    <Marked state={state}>
      {count === undefined ? "" : `${view.format.number(count)} `}
      {view.in(stateWords)[state]}
    </Marked>
  );
}

/** How a partition stands; one that is stale as its files are damaged is called so. */
export function Stand(
  { view, of: { state, isDamaged } }: {
    view: View;
    of: { readonly state: ShownState; readonly isDamaged: boolean };
  },
) {
  if (!isDamaged || state !== "stale") return <State view={view} state={state} />;
  return (
    <Marked state="failed">
      {view.in(text).damaged}
    </Marked>
  );
}

/** Words with a state's sign and colour. */
export function Marked({ state, children }: { state: ShownState; children: Child }) {
  return (
    <span class={`state s-${state}`}>
      <Sign state={state} />
      {children}
    </span>
  );
}

/** The sign alone, for those who see; its name has to stand beside it. */
export function Sign({ state }: { state: ShownState }) {
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
      <path class={`s-${state}`} fill-rule="evenodd" d={SIGNS[state]} />
    </svg>
  );
}

/** The states that some partitions are in, with how many, and how many of these are late. */
export function States(
  { view, counts }: { view: View; counts: Readonly<Partial<Record<ShownState, number>>> },
) {
  const { late = 0 } = counts;
  return (
    <span class="states">
      {partsOf(counts).map((state) => <State view={view} state={state} count={counts[state]!} />)}
      {late === 0 ? null : (
        <Marked state="late">
          {view.in(text).late(view.format.number(late))}
        </Marked>
      )}
    </span>
  );
}

/** The states that together are the whole: what is late is in one of them, too. */
function partsOf(counts: Readonly<Partial<Record<ShownState, number>>>): readonly ShownState[] {
  return STATES.filter((state) => state !== "late" && (counts[state] ?? 0) > 0);
}

/** How states share a whole, each partition in one, as a bar whose parts are at least wide enough to be seen. */
export function StateBar(
  { view, counts }: { view: View; counts: Readonly<Partial<Record<ShownState, number>>> },
) {
  const parts = partsOf(counts);
  const total = parts.reduce((sum, state) => sum + counts[state]!, 0);
  if (total === 0) return null;
  const widths = parts.map((state) => Math.max(1.5, 100 * counts[state]! / total));
  const scale = 100 / widths.reduce((sum, width) => sum + width, 0);
  let x = 0;
  const names = view.in(stateWords);
  const label = parts.map((state) => `${view.format.number(counts[state]!)} ${names[state]}`).join(", ");
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={label}>
      {parts.map((state, place) => {
        const width = widths[place]! * scale;
        const left = x;
        x += width;
        return <rect class={`s-${state}`} x={left.toFixed(2)} y="0" width={width.toFixed(2)} height="8" />;
      })}
    </svg>
  );
}
