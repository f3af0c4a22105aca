import type { ClaimToken, RunId, StepRecord } from "../../../core/mod.ts";
import type { Database } from "./database.ts";

/** In the order of the numbers that stand for them: append only. */
export const OUTCOMES: readonly StepRecord["outcome"][] = [
  "succeeded",
  "failed",
  "cancelled",
  "blocked",
  "running",
];

/** The steps that began with claims and have not ended, as rows of steps. */
export const STEPS_AT_WORK = `SELECT run, step, asset, ranges ->> '$[0].from' AS first,
  ranges ->> '$[#-1].to' AS last, started, 0 AS took, ${OUTCOMES.indexOf("running")} AS outcome,
  0 AS materialized, 0 AS failed
  FROM claims WHERE step IS NOT NULL`;

/** Keeps the records of steps whose claims are about to end without a word of them. */
export function keepSteps(db: Database, of: "token" | "run", value: ClaimToken | RunId): void {
  db.run(`INSERT OR IGNORE INTO steps ${STEPS_AT_WORK} AND ${of} = ?`, value);
}
