import type { CheckResult } from "../../check.ts";
import { EVERYTHING, fromOrdinals } from "../../partition/ranges.ts";
import type { StalenessIndex } from "../../staleness/index.ts";
import type { Node } from "../../staleness/node.ts";
import { standing } from "../../staleness/states.ts";
import { failuresOf } from "../failures.ts";
import { type AlertRule, type CheckScope, covers, seesAsset, type Symptom } from "../rule.ts";
import { partitionsText } from "../told.ts";
import type { AlertView } from "../view.ts";
import { gateOf } from "./promotion.ts";

/** At most so many partitions of an asset are looked at, the newest. */
const MOST = 2_000;

/**
 * Checks failed on what stands, or keep partitions from being published (where a gate does, that is the promotion's).
 *
 * What failed of the latest partitions alone ends as these grow old: a subject that comes and goes from hour to hour is one
 * episode, until it did not for that many partitions.
 */
export function check(scope: CheckScope = {}): AlertRule {
  const { rule = "check", by = "asset" } = scope;
  return {
    name: rule,
    sees: (view, subject) => by === "asset" ? seesAsset(view, subject) : checked(view, scope).length > 0,
    async find(view) {
      const nodes = checked(view, scope);
      const found = await Promise.all(nodes.map(async (node) => {
        const failed = await failedOf(view, node, scope);
        return by === "asset" ? ofAsset(view.index, node, failed, scope) : ofSubjects(failed);
      }));
      return found.flat();
    },
  };
}

/** The assets that have a check that the rule looks at. */
function checked({ index }: AlertView, scope: CheckScope): Node[] {
  const isOf = ({ name }: { readonly name: string }) => isNamed(scope, name);
  return index.nodes.filter((node) =>
    covers(scope, node) && node.asset.checks.some(({ checks }) => checks.some(isOf))
  );
}

/** A check that failed on a partition that stands. */
interface FailedCheck extends CheckResult {
  readonly partition: number;
}

/** The failed checks that a rule looks at, by partition, ascending. */
async function failedOf(
  { index, results }: AlertView,
  node: Node,
  scope: CheckScope,
): Promise<FailedCheck[]> {
  const { latest } = scope;
  const newest = node.set.existing(index.now)?.to;
  const from = latest === undefined || newest === undefined ? -Infinity : newest - latest + 1;
  const failing = standing(index, node, EVERYTHING).totals.failing.filter((each) => each >= from).slice(
    -MOST,
  );
  return (await results(node, failing)).flatMap(({ partition, checks }) =>
    checks.filter((each) => !each.passed && isLookedAt(scope, each)).map((each) => ({ ...each, partition }))
  );
}

function isNamed({ checks, except = [] }: CheckScope, name: string): boolean {
  return (checks?.includes(name) ?? true) && !except.includes(name);
}

function isLookedAt(scope: CheckScope, { check, severity }: CheckResult): boolean {
  return isNamed(scope, check) && (scope.severity ?? severity) === severity;
}

function ofAsset(
  index: StalenessIndex,
  node: Node,
  failed: readonly FailedCheck[],
  scope: CheckScope,
): Symptom[] {
  const symptoms: Symptom[] = [];
  for (const [name, those] of Map.groupBy(failed, ({ check }) => check)) {
    const { severity, detail } = those.at(-1)!;
    const where = partitionsText(node, fromOrdinals(those.map(({ partition }) => partition)));
    symptoms.push({
      subject: node.key,
      severity: severity === "blocking" ? "error" : "warning",
      message: `check "${name}" failed of ${where}${detail === undefined ? "" : `: ${detail}`}`,
    });
  }
  const { severity, checks, latest } = scope;
  const isAny = severity !== "warning" && checks === undefined && latest === undefined;
  if (isAny && gateOf(node) === undefined) {
    const { partitions, newest } = failuresOf(index, node, "check");
    if (newest !== undefined) {
      const message = `not published: ${partitionsText(node, fromOrdinals(partitions))}: ${newest.message}`;
      symptoms.push({ subject: node.key, severity: "error", message });
    }
  }
  return symptoms;
}

/** Each subject as the newest partition that names it says. */
function ofSubjects(failed: readonly FailedCheck[]): Symptom[] {
  const newest = new Map<string, Symptom>();
  for (const { severity, subjects = {} } of failed) {
    for (const [subject, message] of Object.entries(subjects)) {
      newest.set(subject, { subject, severity: severity === "blocking" ? "error" : "warning", message });
    }
  }
  return [...newest.values()];
}
