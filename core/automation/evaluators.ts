import type { Condition } from "./condition.ts";
import { allUpstream } from "./conditions/all_upstream.ts";
import { and } from "./conditions/and.ts";
import { anyUpstream } from "./conditions/any_upstream.ts";
import { blocked } from "./conditions/blocked.ts";
import { checksFailed } from "./conditions/checks_failed.ts";
import { codeChanged } from "./conditions/code_changed.ts";
import { cronPassed } from "./conditions/cron_passed.ts";
import { failed } from "./conditions/failed.ts";
import { inProgress } from "./conditions/in_progress.ts";
import { late } from "./conditions/late.ts";
import { missing } from "./conditions/missing.ts";
import { newlyTrue } from "./conditions/newly_true.ts";
import { newlyUpdated } from "./conditions/newly_updated.ts";
import { not } from "./conditions/not.ts";
import { or } from "./conditions/or.ts";
import { ready } from "./conditions/ready.ts";
import { requested } from "./conditions/requested.ts";
import { since } from "./conditions/since.ts";
import { stale } from "./conditions/stale.ts";
import { withinLatest } from "./conditions/within_latest.ts";
import type { Evaluator, Of } from "./evaluator.ts";

const EVALUATORS: { readonly [Sort in Condition["condition"]]: Evaluator<Of<Sort>> } = {
  missing,
  stale,
  newly_updated: newlyUpdated,
  in_progress: inProgress,
  failed,
  blocked,
  code_changed: codeChanged,
  cron_passed: cronPassed,
  within_latest: withinLatest,
  checks_failed: checksFailed,
  late,
  ready,
  requested,
  any_upstream: anyUpstream,
  all_upstream: allUpstream,
  since,
  newly_true: newlyTrue,
  and,
  or,
  not,
};

/** The meaning of a condition. */
export function evaluatorOf(condition: Condition): Evaluator<Condition> {
  return EVALUATORS[condition.condition] as Evaluator<Condition>;
}

/** The conditions that one is made of. */
export function partsOf(condition: Condition): readonly Condition[] {
  if (!("of" in condition)) return [];
  const of = Array.isArray(condition.of) ? condition.of : [condition.of];
  return "reset" in condition ? [...of, condition.reset] : of;
}

/** A condition with its parameters and parts, as people read it. */
export function nameOf(condition: Condition): string {
  return evaluatorOf(condition).name(condition, nameOf);
}
