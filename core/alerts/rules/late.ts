import { count, EVERYTHING, subtract } from "../../partition/ranges.ts";
import type { Node } from "../../staleness/node.ts";
import { judgements } from "../../staleness/states.ts";
import { lateIn } from "../../warnings.ts";
import { type AlertRule, type AlertScope, covers, seesAsset } from "../rule.ts";
import type { Symptom } from "../symptom.ts";
import { durationText, partitionsText } from "../told.ts";
import type { AlertView } from "../view.ts";

/** An asset's partitions break its freshness promise, or are about to. */
export function late(scope: AlertScope = {}): AlertRule {
  return {
    name: "late",
    sees: seesAsset,
    find(view) {
      const nodes = view.index.nodes.filter((node) => node.asset.freshness !== null && covers(scope, node));
      const fed = nodes.length === 0 ? new Map<Node, string>() : fedBy(view);
      return nodes.flatMap((node) => lateness(view, node, fed.get(node)));
    },
  };
}

function lateness({ index, atWork }: AlertView, node: Node, source: string | undefined): Symptom[] {
  const { within, warn } = node.asset.freshness!;
  const states = judgements(index, node, EVERYTHING);
  const broken = lateIn(index, node, states, within);
  const near = warn === undefined ? [] : lateIn(index, node, states, warn);
  const [found, limit] = count(broken) > 0 ? [broken, within] : [near, warn!];
  if (count(found) === 0) return [];
  return [{
    subject: node.key,
    severity: found === broken ? "error" : "warning",
    message: `late: ${partitionsText(node, found)} not fresh ${durationText(limit)} after the end`,
    ...(source !== undefined && { because: source }),
    ...(subtract(found, atWork.get(node.key) ?? []).length === 0 && { mending: true }),
  }];
}

/** The assets that record a source's answers, and all that reads them, with the source. */
function fedBy({ index, sources }: AlertView): Map<Node, string> {
  const fed = new Map<Node, string>();
  for (const { name, asset } of sources) {
    const node = index.find(asset);
    const next = node === undefined ? [] : [node];
    for (let each = next.pop(); each !== undefined; each = next.pop()) {
      if (fed.has(each)) continue;
      fed.set(each, name);
      next.push(...each.down.map(({ down }) => down));
    }
  }
  return fed;
}
