import { rangeText, type RunRequest, type RunStatus } from "../../core/mod.ts";
import type { View } from "../view/view.ts";
import { words } from "../view/language.ts";
import type { Wait } from "../view/waits.ts";
import { Said } from "./small.tsx";
import { Marked, type ShownState } from "./state.tsx";

/** The statuses of runs that have not ended. */
export const OPEN_RUNS: readonly RunStatus[] = ["queued", "running"];

/** The state whose sign and colour a run's status has. */
export const RUN_STATES: Readonly<Record<RunStatus, ShownState>> = {
  queued: "queued",
  running: "running",
  succeeded: "fresh",
  failed: "failed",
  cancelled: "missing",
  interrupted: "late",
};

/** What runs that stand or ended so are. */
export const runWords = words<Readonly<Record<RunStatus, string>>>({
  queued: "queued",
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  interrupted: "interrupted",
}, {
  queued: "đang chờ",
  running: "đang chạy",
  succeeded: "xong",
  failed: "lỗi",
  cancelled: "đã huỷ",
  interrupted: "bị ngắt",
});

/** A run's status with its sign. */
export function RunState({ view, status }: { view: View; status: RunStatus }) {
  return (
    <Marked state={RUN_STATES[status]}>
      {view.in(runWords)[status]}
    </Marked>
  );
}

/** Why a run waits. */
export function Waits({ of: { why, said } }: { of: Wait }) {
  return (
    <>
      {why}
      {said === undefined ? null : [": ", <Said>{said}</Said>]}
    </>
  );
}

/** A run's number, which leads to its page. */
export function RunLink({ id }: { id: number }) {
  return <a class="key nowrap" href={`/runs/${id}`}>{`#${id}`}</a>;
}

/** So many assets of a run are named in short. */
const NAMED = 2;

/** What a run is to do, in a line. */
export function RunWhat({ view, request }: { view: View; request: RunRequest }) {
  const { command, ranges, selection } = request;
  const assets = [...new Set(ranges.map(({ asset }) => asset))];
  const chosen = assets.length <= NAMED || selection === undefined || selection.length === 0
    ? assets.slice(0, NAMED).join(", ") +
      (assets.length > NAMED ? ` +${view.format.number(assets.length - NAMED)}` : "")
    : selection.join(" ");
  const keys = ranges.length === 0 ? "" : boundsOf(ranges);
  return (
    <span>
      {command} <span class="key">{chosen}</span> {keys === "" ? null : <span class="key quiet">{keys}</span>}
    </span>
  );
}

/** The keys of the first and the last partition of the first asset that has some, or of what lies days beyond these. */
export function boundsOf(ranges: RunRequest["ranges"]): string {
  const first = ranges.find(({ from }) => from !== null);
  if (first === undefined) return "";
  const last = ranges.findLast(({ asset }) => asset === first.asset)!;
  let [from, to] = [first.from!, last.to!];
  for (const range of ranges) {
    if (range.from === null || range.to === null) continue;
    if (isDaysBefore(range.from, from)) from = range.from;
    if (isDaysBefore(to, range.to)) to = range.to;
  }
  return rangeText(from, to);
}

/** Whether a partition lies in another day, month or year before one; false of those that lie in no time. */
function isDaysBefore(key: string, other: string): boolean {
  if (![key, other].every((each) => /^\d{4}-\d\d/.test(each))) return false;
  const length = Math.min(key.length, other.length, "2018-01-31".length);
  return key.slice(0, length) < other.slice(0, length);
}
