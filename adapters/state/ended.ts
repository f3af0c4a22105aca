import type { Json, RunRecord, RunStatus, StepRecord } from "../../core/mod.ts";

/** A step of a run as it is told: one that was at work when the run ended was interrupted. */
export function ended(step: StepRecord, run: RunRecord): StepRecord {
  if (step.outcome !== "running" || run.status === "running") return step;
  return { ...step, outcome: "interrupted", ended: run.ended };
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
