import type { AssetKey, RunId } from "../event.ts";
import type { State } from "../ports/state.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import { isBehind, type Node } from "../staleness/node.ts";
import { MOST_OPEN } from "./recover.ts";

/** The assets that may be made here: those whose code is the present one. */
export function makeableHere({ nodes }: StalenessIndex): AssetKey[] {
  return nodes.filter((node) => !isBehind(node)).map(({ key }) => key);
}

/** The queued runs among the latest that cannot be done here, each with an asset whose present code this graph has not. */
export async function leftToOthers(state: State, index: StalenessIndex): Promise<Map<RunId, AssetKey>> {
  const own = new Set(makeableHere(index));
  const left = new Map<RunId, AssetKey>();
  for (const { id, request: { ranges } } of await state.runs(MOST_OPEN, { statuses: ["queued"] })) {
    const other = ranges.find(({ asset }) => !own.has(asset));
    if (other !== undefined) left.set(id, other.asset);
  }
  return left;
}

/** Why nothing is made of an asset here, in a line without it. */
export function behindText({ record, present }: Node): string {
  const [own, other] = [record, present.record].map(({ version }) => version.slice(0, 8));
  const found = own === other ? `code ${own} with other dependencies` : `code ${own}`;
  return `found ${found} in this process, wanted ${other} as it was registered since: ` +
    "start this process again from the checkout that has it";
}
