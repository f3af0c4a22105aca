import type { Json, RunRecord, RunStatus, StepRecord } from "../../core/mod.ts";

/**
 * The steps of a run as they are told: those that were at work when the run ended, or before its worker took it, were
 * interrupted. Of the latter it is known how long any of them gave a sign.
 *
 * @param before The number of the last step that there was when its worker took it: clocks of two workers may differ.
 */
export function ended(steps: readonly StepRecord[], run: RunRecord, before: number): StepRecord[] {
  const isBefore = ({ step }: StepRecord) => run.status !== "queued" && step <= before;
  const seen = steps.filter(isBefore).reduce((last, step) => Math.max(last, step.ended ?? step.started), 0);
  return steps.map((step): StepRecord => {
    if (step.outcome !== "running") return step;
    if (isBefore(step)) return { ...step, outcome: "interrupted", ended: seen };
    return run.status === "running" ? step : { ...step, outcome: "interrupted", ended: run.ended };
  });
}

/** How a run stands whose worker is no more. */
export function leftStatus(
  { isQueued, isCancelled }: { readonly isQueued: boolean; readonly isCancelled: boolean },
): RunStatus {
  return !isQueued ? "interrupted" : isCancelled ? "cancelled" : "queued";
}

/** So many workers of a run may die in a row without its getting on before it is given up. */
export const MOST_DEATHS = 10;

/** The result of a run that was given up. */
export const GIVEN_UP: Json = {
  errors: [{
    message:
      `working on the run: ${MOST_DEATHS} workers in a row died before it got on, wanted one that lives; ` +
      "it is not tried again",
  }],
};

/** No run of any status. */
export function noRuns(): Record<RunStatus, number> {
  return { queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, interrupted: 0 };
}
