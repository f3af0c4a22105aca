import type { AutomationStatus } from "../automation/statuses.ts";
import type { Verdict } from "../automation/verdict.ts";
import { iso } from "../instant.ts";
import type { KeptEvaluation, KeptTick } from "../ports/ticks.ts";

/** How something that requests runs by itself is, as `schedules --json` and `sensors --json` have it. */
export function automationStatusJson({ name, paused, next, last }: AutomationStatus) {
  return {
    name,
    paused,
    next: next === null ? null : iso(next),
    last: last && { at: iso(last.at), outcome: last.outcome, detail: last.detail },
  };
}

/** A tick, as `ticks --json` has it. */
export function tickJson({ at, outcome, detail, runs }: KeptTick) {
  return { at: iso(at), outcome, detail, runs };
}

/** Whether something would be requested, and why it was before, as `automation --json` has it. */
export function verdictJson(
  { asset, partition, decision, at, why }: Verdict,
  kept: readonly KeptEvaluation[] = [],
) {
  const evaluations = kept.map(({ asset: _asset, at, run, ...rest }) => ({ at: iso(at), run, ...rest }));
  return {
    asset,
    partition,
    decision,
    at: iso(at),
    why,
    ...(evaluations.length > 0 && { evaluations }),
  };
}
