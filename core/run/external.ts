import type { OrdinalRange } from "../partition/ranges.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Judgement } from "../staleness/judgement.ts";
import type { Node } from "../staleness/node.ts";
import { judgements } from "../staleness/states.ts";
import type { Scope } from "./scope.ts";

/** Neighbouring partitions of an external asset that are not fresh: nothing here can make them. */
export interface Unreported {
  readonly node: Node;
  readonly range: OrdinalRange;
  readonly state: Judgement;
}

/** The external partitions of a scope that are yet to be reported, in dependency order; nobody looks for them. */
export function unreported(index: StalenessIndex, scope: Scope): Unreported[] {
  return [...scope].filter(([{ asset }]) => asset.materialize === null && asset.observe === null).flatMap((
    [node, ranges],
  ) =>
    judgements(index, node, ranges).filter(({ state }) => state !== "fresh")
      .map(({ from, to, state }) => ({ node, range: { from, to }, state }))
  );
}

/** In a line, why they are not made, and what reports them. */
export function reportLine({ node, state }: Unreported): string {
  return `is external and ${state}: ${reportIt(node)}`;
}

/** The command that reports an external asset's partitions. */
export function reportIt({ key, set }: Node): string {
  const partition = set.spec.type === "single" ? "" : " --partition K";
  return `report it with "report ${key}${partition} --version V [--rows N] [--file PATH]…"`;
}
