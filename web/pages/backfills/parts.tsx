import {
  type BackfillProgress,
  type BackfillStatus,
  type BackfillTurn,
  type Hands,
  SECOND,
} from "../../../core/mod.ts";
import { Progress } from "../../parts/progress.tsx";
import { Waits } from "../../parts/run.tsx";
import { Marked, type ShownState } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { text } from "./words.ts";

/** The state whose sign and colour a backfill's status has. */
const LIKE: Readonly<Record<BackfillStatus, ShownState>> = {
  running: "running",
  paused: "late",
  succeeded: "fresh",
  failed: "failed",
  cancelled: "missing",
};

/** A backfill's status with its sign. */
export function BackfillState({ view, status }: { view: View; status: BackfillStatus }) {
  return (
    <Marked state={LIKE[status]}>
      {view.in(text).statuses[status]}
    </Marked>
  );
}

/** A notice where nobody does what a backfill queues. */
export function NoHands({ view, hands }: { view: View; hands: Hands | undefined }) {
  if (!hands?.waits) return null;
  return (
    <p class="notice">
      <Waits of={{ why: view.in(text).noHands, said: hands.lines.join("; ") }} />
    </p>
  );
}

/** How far a backfill is: a bar of what is done, failed and left, and the same in numbers. */
export function Far(
  { view, of: { done, failed, total } }: {
    view: View;
    of: Pick<BackfillProgress, "done" | "failed" | "total">;
  },
) {
  const t = view.in(text);
  const { format } = view;
  const share = total === 0 ? 100 : Math.floor(1_000 * done / total) / 10;
  return (
    <span class="progress">
      <Progress
        view={view}
        parts={[["fresh", done], ["failed", failed], ["missing", Math.max(0, total - done - failed)]]}
      />
      <span class="states">
        <span>{t.done(format.number(done), format.number(total), format.number(share))}</span>
        {failed === 0 ? null : (
          <Marked state="failed">
            {t.failedCount(format.number(failed))}
          </Marked>
        )}
      </span>
    </span>
  );
}

/** How long it goes on, as far as that is known. */
export function Remaining(
  { view, of: { status, remainingSeconds } }: {
    view: View;
    of: Pick<BackfillProgress, "status" | "remainingSeconds">;
  },
) {
  const t = view.in(text);
  if (status !== "running") return <span class="quiet">–</span>;
  if (remainingSeconds === null) return <span class="quiet">{t.unknown}</span>;
  return <span class="nowrap">{t.about(view.format.duration(remainingSeconds * SECOND))}</span>;
}

/** Why it does not go on, where something holds it up. */
export function Held({ view, of: { waits, waitsForCode } }: { view: View; of: BackfillProgress }) {
  const t = view.in(text);
  const [why, said] = waits !== undefined
    ? [t.waits(waits.for, view.format.time(waits.since)), waits.message]
    : [t.waitsForCode, waitsForCode];
  if (said === undefined) return null;
  return (
    <p class="small">
      <Waits of={{ why, said }} />
    </p>
  );
}

/** The links to what pauses, resumes and cancels it. */
export function Turns(
  { view, of: { id, status } }: { view: View; of: Pick<BackfillProgress, "id" | "status"> },
) {
  const t = view.in(text);
  return (
    <span class="acts">
      {turnsOf(status).map((turn) => (
        <a
          class={turn === "cancel" ? "button grave" : "button"}
          data-dialog
          href={`/acts/backfills?id=${id}&turn=${turn}`}
          aria-label={t.turnTitle(t.turns[turn], id)}
        >
          {t.turns[turn]}
        </a>
      ))}
    </span>
  );
}

/** The turns that one of a status may take. */
export function turnsOf(status: BackfillStatus): readonly BackfillTurn[] {
  if (status === "running") return ["pause", "cancel"];
  return status === "paused" ? ["resume", "cancel"] : [];
}
