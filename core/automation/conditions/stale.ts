import { fromOrdinals, normalize, ordinals, type Ranges } from "../../partition/ranges.ts";
import { type Cause, causesOf } from "../../staleness/causes.ts";
import { judgements } from "../../staleness/states.ts";
import type { StaleCondition } from "../condition.ts";
import type { Evaluator, Site } from "../evaluator.ts";
import { listed } from "../words.ts";

/** A partition stands and is not fresh, for any cause or for some kinds. */
export const stale: Evaluator<StaleCondition> = {
  name: ({ because }) => because === undefined ? "stale" : `stale because of ${because.join(" or ")}`,
  met({ because }, site) {
    const { node, view: { index }, within } = site;
    const found = normalize(judgements(index, node, within).filter(({ state }) => state === "stale"));
    if (because === undefined) return found;
    const alike = (ordinal: number) =>
      causesOf(index, node, at(ordinal)).some(({ kind }) => because.includes(kind));
    return fromOrdinals([...ordinals(found)].filter(alike));
  },
  detail({ because }, { node, view: { index }, within }, isMet) {
    if (!isMet) return undefined;
    const causes = causesOf(index, node, within[0]!)
      .filter(({ kind }) => because === undefined || because.includes(kind));
    return causes.map((cause) => causeText(index, cause)).join(", ");
  },
};

const at = (ordinal: number) => ({ from: ordinal, to: ordinal });

function causeText(index: Site["view"]["index"], { kind, asset, members, detail }: Cause): string {
  if (asset === undefined) return detail ?? kind;
  const which: Ranges = members ?? [];
  const where = [asset, listed(index.node(asset).set, which)].filter((part) => part !== "");
  return `${where.join(" ")} ${kind === "upstream" ? `is ${detail}` : detail}`;
}
