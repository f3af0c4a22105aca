import type { AssetKey } from "../../event.ts";
import { type Duration, type Instant, milliseconds } from "../../instant.ts";
import {
  EVERYTHING,
  intersect,
  normalize,
  type OrdinalRange,
  ordinals,
  type Ranges,
  subtract,
} from "../../partition/ranges.ts";
import { membersOf, type Node } from "../../staleness/node.ts";
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
      const found = (await Promise.all(nodes.map((node) => latenessOf(view, node, scope)))).flat();
      if (found.length === 0) return [];
      const fed = fedBy(view);
      const atWork = await view.atWork();
      return found.map(({ node, partitions, ...symptom }): Symptom => {
        const source = fed.get(node);
        return {
          ...symptom,
          ...(source !== undefined && { because: source }),
          ...(isMended(node, partitions, { atWork, now: view.index.now }) && { mending: true }),
        };
      });
    },
  };
}

interface Lateness extends Symptom {
  readonly node: Node;
  readonly partitions: Ranges;
}

async function latenessOf(view: AlertView, node: Node, { latest }: LateScope): Promise<Lateness[]> {
  const { index } = view;
  const { within, warn } = node.asset.freshness!;
  const newest = node.set.existing(index.now)?.to ?? 0;
  const from = latest === undefined ? -Infinity : newest - latest + 1;
  const states = judgements(index, node, EVERYTHING).flatMap((range) =>
    range.state === "missing" ? clipped(range, from) : [range]
  );
  const stale = await view.staleSince(node, normalize(states.filter(({ state }) => state === "stale")));
  // What stood was there in its time: from when it became stale, there is as much time to make it again.
  const late = (limit: Duration) => {
    const lately = stale.filter(({ since }) => index.now - since <= milliseconds(limit));
    return subtract(lateIn(index, node, states, limit), normalize(lately));
  };
  const broken = late(within);
  const near = warn === undefined ? [] : late(warn);
  const [partitions, limit] = broken.length > 0 ? [broken, within] : [near, warn!];
  if (partitions.length === 0) return [];
  return [{
    node,
    partitions,
    subject: node.key,
    severity: partitions === broken ? "error" : "warning",
    message: `late: ${partitionsText(node, partitions)} not fresh ${durationText(limit)} after the end`,
  }];
}

interface Work {
  readonly atWork: ReadonlyMap<AssetKey, Ranges>;
  readonly now: Instant;
}

/** Whether somebody is at work on each of the partitions, or on anything that it reads. */
function isMended(node: Node, partitions: Ranges, work: Work): boolean {
  const others = subtract(partitions, work.atWork.get(node.key) ?? []);
  return [...ordinals(others)].every((each) => isWorkedAbove(node, [{ from: each, to: each }], work));
}

function isWorkedAbove(node: Node, partitions: Ranges, work: Work): boolean {
  return node.up.some((edge) => {
    if (edge.mode === "present") return false;
    const members = membersOf(edge, partitions, work.now);
    const isAtWork = intersect(members, work.atWork.get(edge.up.key) ?? []).length > 0;
    return isAtWork || members.length > 0 && isWorkedAbove(edge.up, members, work);
  });
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
