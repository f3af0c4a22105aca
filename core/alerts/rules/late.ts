import { EVERYTHING, type OrdinalRange, type Ranges, subtract } from "../../partition/ranges.ts";
import type { StalenessIndex } from "../../staleness/index.ts";
import type { Node } from "../../staleness/node.ts";
import { judgements } from "../../staleness/states.ts";
import { lateIn } from "../../warnings.ts";
import { type AlertRule, covers, type LateScope, seesAsset, type Symptom } from "../rule.ts";
import { durationText, partitionsText } from "../told.ts";
import type { AlertView } from "../view.ts";

/** An asset's partitions break its freshness promise, or are about to. */
export function late(scope: LateScope = {}): AlertRule {
  return {
    name: "late",
    sees: seesAsset,
    async find(view) {
      const nodes = view.index.nodes.filter((node) => node.asset.freshness !== null && covers(scope, node));
      const found = nodes.flatMap((node) => latenessOf(view.index, node, scope) ?? []);
      if (found.length === 0) return [];
      const fed = fedBy(view);
      const atWork = await view.atWork();
      return found.map(({ node, partitions, ...symptom }): Symptom => {
        const source = fed.get(node);
        return {
          ...symptom,
          ...(source !== undefined && { because: source }),
          ...(subtract(partitions, atWork.get(node.key) ?? []).length === 0 && { mending: true }),
        };
      });
    },
  };
}

interface Lateness extends Symptom {
  readonly node: Node;
  readonly partitions: Ranges;
}

function latenessOf(index: StalenessIndex, node: Node, { latest }: LateScope): Lateness | undefined {
  const { within, warn } = node.asset.freshness!;
  const newest = node.set.existing(index.now)?.to ?? 0;
  const from = latest === undefined ? -Infinity : newest - latest + 1;
  const states = judgements(index, node, EVERYTHING).flatMap((range) =>
    range.state === "missing" ? clipped(range, from) : [range]
  );
  const broken = lateIn(index, node, states, within);
  const near = warn === undefined ? [] : lateIn(index, node, states, warn);
  const [partitions, limit] = broken.length > 0 ? [broken, within] : [near, warn!];
  if (partitions.length === 0) return undefined;
  return {
    node,
    partitions,
    subject: node.key,
    severity: partitions === broken ? "error" : "warning",
    message: `late: ${partitionsText(node, partitions)} not fresh ${durationText(limit)} after the end`,
  };
}

/** The part of a range from an ordinal on. */
function clipped<Range extends OrdinalRange>(range: Range, from: number): Range[] {
  return range.to < from ? [] : [{ ...range, from: Math.max(range.from, from) }];
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
