import { EVERYTHING, fromOrdinals, ordinals } from "../partition/ranges.ts";
import type { State } from "../ports/state.ts";
import type { Scope } from "../run/scope.ts";
import type { Session } from "../run/session.ts";
import { materializedIn, type Node } from "../staleness/node.ts";

/** How many requests to their sources batches are likely to take, or why that cannot be told. */
export async function requestsOf(
  { state, resources, clock, mask }: Session,
  wanted: Scope,
  batches: readonly Scope[],
  signal: AbortSignal,
): Promise<{ readonly requests: number | null; readonly untold?: string }> {
  let requests = 0;
  for (const node of wanted.keys()) {
    if (node.asset.requests === null) continue;
    const own = batches.flatMap((batch) => batch.get(node) === undefined ? [] : [batch.get(node)!]);
    try {
      const rows = await rowsOf(state, node);
      requests += await node.asset.requests({ batches: own, rows, resources, now: clock.now(), signal });
    } catch (error) {
      signal.throwIfAborted();
      return { requests: null, untold: mask(error instanceof Error ? error.message : String(error)) };
    }
  }
  return { requests };
}

/** So many of the newest partitions are looked at for their rows. */
const LOOKED_AT = 24;

/** How many rows the newest partitions of a node have, on average. */
async function rowsOf(state: State, node: Node): Promise<number | null> {
  const newest = [...ordinals(materializedIn(node, EVERYTHING))].slice(-LOOKED_AT);
  const records = await state.materializations(node.key, fromOrdinals(newest));
  const rows = records.flatMap(({ event }) => event.payload.rows ?? []);
  return rows.length === 0 ? null : rows.reduce((sum, each) => sum + each, 0) / rows.length;
}
