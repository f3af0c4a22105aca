import type { RunRecord, StepRecord } from "../../core/mod.ts";

/** A step of a run as it is told: one that was at work when the run ended was interrupted. */
export function ended(step: StepRecord, run: RunRecord): StepRecord {
  if (step.outcome !== "running" || run.status === "running") return step;
  return { ...step, outcome: "interrupted", ended: run.ended };
}
