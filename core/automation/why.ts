import { count, intersect, type Ranges, subtract } from "../partition/ranges.ts";
import type { Node } from "../staleness/node.ts";
import type { Evaluated } from "./evaluate.ts";
import { evaluatorOf, nameOf } from "./evaluators.ts";
import { listed } from "./words.ts";

/** The evaluation of a condition, and of the conditions that it is made of. */
export interface Why {
  readonly condition: string;
  readonly value: boolean;
  readonly detail?: string;
  readonly children: readonly Why[];
}

/** How many of the partitions are to meet a condition for it to count as met. */
type Quantifier = "any" | "all";

/**
 * An evaluated condition as data for people. Over several partitions it is met if any of them meets it; a condition that was
 * evaluated for none, as all was decided before, is left out.
 */
export function whyOf(evaluated: Evaluated): Why {
  return withoutIdle(evaluated, toldAtAll(evaluated));
}

function toldAtAll(evaluated: Evaluated): Why {
  return told(evaluated, evaluated.site.node, "any");
}

/** The evaluation without conditions that no partition was left for. */
function withoutIdle({ parts }: Evaluated, why: Why): Why {
  const children = parts.flatMap((part, place) =>
    wasEvaluated(part) ? [withoutIdle(part, why.children[place]!)] : []
  );
  return { ...why, children };
}

function wasEvaluated({ site }: Evaluated): boolean {
  return count(site.within) > 0;
}

function told(evaluated: Evaluated, root: Node, quantifier: Quantifier): Why {
  const { condition, site, met, parts } = evaluated;
  const value = quantifier === "any" ? met.length > 0 : count(met) === count(site.within);
  const detail = detailOf(evaluated, root, value, quantifier);
  const inner: Quantifier = condition.condition === "all_upstream"
    ? "all"
    : condition.condition === "any_upstream"
    ? "any"
    : condition.condition === "not"
    ? quantifier === "any" ? "all" : "any"
    : quantifier;
  return {
    condition: nameOf(condition),
    value,
    ...(detail !== "" && { detail }),
    children: parts.map((part) => told(part, root, inner)),
  };
}

function detailOf(evaluated: Evaluated, root: Node, value: boolean, quantifier: Quantifier): string {
  const { condition, site, met, parts } = evaluated;
  if (count(site.within) !== 1) return onAsset(site.node, root, shareOf(site, met, quantifier));
  if (condition.condition === "all_upstream" || condition.condition === "any_upstream") {
    return parts.flatMap((part) => decisive(part, condition.condition === "all_upstream")).join(", ");
  }
  const found = evaluatorOf(condition).detail?.(condition, site, value) ?? "";
  const keys = site.node === root ? "" : keysOf(site.node, site.within);
  return onAsset(site.node, root, [keys, found].filter((part) => part !== "").join(" "));
}

/** The members that decide: those that meet what any is to meet, or do not meet what all are to meet. */
function decisive({ site, met }: Evaluated, all: boolean): string[] {
  const members = all ? subtract(site.within, met) : intersect(site.within, met);
  return members.length === 0 ? [] : [`${site.node.key} ${keysOf(site.node, members)}`.trimEnd()];
}

/** Which of several partitions meet a condition; where all are to, which do not. */
function shareOf({ node, within }: Evaluated["site"], met: Ranges, quantifier: Quantifier): string {
  const [all, some] = [count(within), count(met)];
  if (all === 0) return "no partition";
  if (some === 0) return `none of ${all}`;
  if (some === all) return `all ${all}`;
  const isFew = quantifier === "any" && some <= all / 2;
  return isFew ? keysOf(node, met) : `all but ${keysOf(node, subtract(within, met))}`;
}

function keysOf({ set }: Node, ranges: Ranges): string {
  return listed(set, ranges);
}

function onAsset(node: Node, root: Node, text: string): string {
  return node === root ? text : `${node.key} ${text}`.trimEnd();
}

/** The reasons in words: the conditions without parts for which the whole is as it is. */
export function reasonsOf(evaluated: Evaluated): string[] {
  const found = reasons(evaluated, toldAtAll(evaluated));
  return found.length > 0 ? [...new Set(found)] : [nameOf(evaluated.condition)];
}

function reasons({ condition, parts, site, met }: Evaluated, why: Why): string[] {
  const inner = parts.map((part, place) => ({ part, why: why.children[place]! })).filter(({ part }) =>
    wasEvaluated(part)
  );
  const each = (those: typeof inner) => those.flatMap(({ part, why }) => reasons(part, why));
  switch (condition.condition) {
    case "and":
      return each(inner.filter((each) => why.value || !each.why.value));
    case "or":
      return each(inner.filter((each) => !why.value || each.why.value));
    case "since":
      // What never began is why; that what began has not ended is said by the name.
      if (!why.value && inner.every(({ why }) => !why.value)) return each(inner.slice(0, 1));
      break;
    case "not":
      // That nothing is in the way is no reason.
      return why.value ? [] : each(inner);
  }
  // That none of many is what it is not says nothing more.
  const isPlain = why.detail === undefined || (met.length === 0 && count(site.within) !== 1);
  return [`${why.value ? "" : "not "}${why.condition}${isPlain ? "" : ` (${why.detail})`}`];
}
