import { type Held, holderOf } from "../backfill/held.ts";
import { DeclarationError } from "../errors.ts";
import type { AssetKey } from "../event.ts";
import type { Instant } from "../instant.ts";
import { fromOrdinals, type Ranges, union } from "../partition/ranges.ts";
import { type PartitionRange, partitionRanges } from "../partition/range_text.ts";
import type { Json } from "../ports/key_value.ts";
import type { AssetEvaluation } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import type { Condition } from "./condition.ts";
import { evaluate, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
import { outageOf, type Outages } from "../outages.ts";
import type { View } from "./view.ts";
import { reasonsOf, type Why, whyOf } from "./why.ts";

/** Whether an asset or one of its partitions would be requested by itself, and why. */
export interface Verdict {
  readonly asset: AssetKey;
  /** Null for an asset as a whole. */
  readonly partition: string | null;
  readonly decision: "run" | "wait";
  readonly at: Instant;
  /** The partitions that would be requested. */
  readonly requested: readonly PartitionRange[];
  /** The reasons that decided, a few words each. */
  readonly reasons: readonly string[];
  readonly why: Why;
}

/** The reasons beside their conditions for which assets are not requested. */
export interface VerdictOptions {
  /** Whether nothing is requested by itself. */
  readonly paused?: boolean;
  readonly outages?: Outages;
  /** The partitions that are left to backfills. */
  readonly held?: readonly Held[];
}

/** Judges one partition of an asset, or all of them, after the assets that it reads. @throws {DeclarationError} */
export function verdictOn(
  view: Omit<View, "requested">,
  node: Node,
  partition: number | null,
  { paused = false, outages = new Map(), held = [] }: VerdictOptions = {},
): Verdict {
  const requested = new Map<AssetKey, Ranges>();
  const running = new Map(view.running);
  for (const { scope } of held) {
    for (const [{ key }, ranges] of scope) running.set(key, union(running.get(key) ?? [], ranges));
  }
  const whole: View = { ...view, running, requested };
  for (const up of view.index.nodes) {
    if (up === node) break;
    const condition = up.asset.automation;
    if (condition !== null && isAbove(up, node)) {
      requested.set(up.key, evaluated(whole, up, condition).met);
    }
  }
  const common = {
    asset: node.key,
    partition: partition === null ? null : node.set.key(partition),
    at: view.index.now,
  };
  const { automation } = node.asset;
  if (automation === null) return { ...common, ...waits("automated", "the asset declares no automation") };
  if (paused) return { ...common, ...waits("not paused", "automation is paused") };
  const outage = outageOf(outages, node);
  if (outage !== undefined) return { ...common, ...waits("answered", outage) };
  if (partition === null) {
    return { ...common, ...judged(node, evaluated(whole, node, automation)) };
  }
  if (!node.set.has(partition, view.index.now)) {
    return { ...common, ...waits("there", "it does not exist yet") };
  }
  const holder = holderOf(held, node, partition);
  if (holder !== undefined && view.index.judge(node, partition) !== "fresh") {
    return { ...common, ...waits("in no backfill", `in backfill ${holder}`) };
  }
  const options = { within: fromOrdinals([partition]), whole: true };
  return { ...common, ...judged(node, evaluated(whole, node, automation, options)) };
}

type Judged = Omit<Verdict, "asset" | "partition" | "at">;

function judged(node: Node, evaluation: Evaluation): Judged {
  return {
    decision: evaluation.met.length > 0 ? "run" : "wait",
    requested: partitionRanges(node.set, evaluation.met),
    reasons: reasonsOf(evaluation),
    why: whyOf(evaluation),
  };
}

/** An evaluation as it is kept. */
export function evaluationOf(
  node: Node,
  evaluation: Evaluation,
  requested: Ranges,
): Omit<AssetEvaluation, "at"> {
  return {
    asset: node.key,
    requested: partitionRanges(node.set, requested),
    reasons: reasonsOf(evaluation),
    why: whyOf(evaluation) as unknown as Json,
  };
}

/** The same of an asset whose service is down. */
export function waitingFor(node: Node, outage: string): Omit<AssetEvaluation, "at"> {
  const { requested, reasons, why } = waits("answered", outage);
  return { asset: node.key, requested, reasons, why: why as unknown as Json };
}

/** A verdict without an evaluation. */
function waits(condition: string, detail: string): Judged {
  const why = { condition, value: false, detail, children: [] };
  return { decision: "wait", requested: [], reasons: [detail], why };
}

/** Whether an asset is among those that another reads, however far up. */
function isAbove(up: Node, node: Node): boolean {
  return node.up.some((edge) => edge.up === up || isAbove(up, edge.up));
}

function evaluated(view: View, node: Node, condition: Condition, options?: EvaluateOptions): Evaluation {
  try {
    return evaluate(view, node, condition, options);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DeclarationError(`evaluating the automation of "${node.key}": ${cause.message}`, { cause });
  }
}
