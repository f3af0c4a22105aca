import { runJson, type RunRecord } from "../../core/mod.ts";
import { words } from "../view/language.ts";
import type { View } from "../view/view.ts";
import { type ShownState, Sign } from "./state.tsx";

const text = words<Readonly<Record<string, string>>>({
  materialized: "made",
  unchanged: "unchanged",
  failed: "failed",
  blocked: "blocked",
}, {
  materialized: "đã dựng",
  unchanged: "không đổi",
  failed: "lỗi",
  blocked: "bị chặn",
});

/** The state whose sign and colour a count has; the others have none. */
const LIKE: Readonly<Record<string, ShownState>> = {
  materialized: "fresh",
  failed: "failed",
  blocked: "blocked",
};

/** What a run came to: how many partitions were made, unchanged, failed and blocked, or what else its command counts. */
export function Came({ view, run }: { view: View; run: RunRecord }) {
  const t = view.in(text);
  const counts = Object.entries(runJson(run).counts ?? {})
    .flatMap(([name, count]) => typeof count === "number" && count > 0 ? [[name, count] as const] : []);
  return (
    <span class="states">
      {counts.map(([name, count]) => {
        const state = LIKE[name];
        return (
          <span class={state === undefined ? "nowrap quiet" : `state s-${state}`}>
            {state === undefined ? null : <Sign state={state} />}
            {`${view.format.number(count)} ${t[name] ?? name}`}
          </span>
        );
      })}
    </span>
  );
}
