import { awaitedBy, outagesIn, waitOf, type WaitsFor } from "../outages.ts";
import type { RunId } from "../event.ts";
import type { Graph } from "../graph.ts";
import type { Instant } from "../instant.ts";
import type { RunRecord, State } from "../ports/state.ts";

/** Those of some runs that are queued and wait for a service that is down; the graph is only asked for where one is. */
export async function waitingIn(
  state: State,
  runs: readonly RunRecord[],
  { graph, now }: { readonly graph: () => Promise<Graph>; readonly now: Instant },
): Promise<ReadonlyMap<RunId, WaitsFor>> {
  const waiting = new Map<RunId, WaitsFor>();
  const queued = runs.filter(({ status }) => status === "queued");
  const outages = queued.length === 0 ? new Map() : await outagesIn(state.keyValue, now);
  if (outages.size === 0) return waiting;
  const { byKey } = await graph();
  for (const { id, request } of queued) {
    const awaited = awaitedBy(outages, (asset) => byKey.get(asset)?.pool, request);
    if (awaited !== undefined) waiting.set(id, waitOf(awaited));
  }
  return waiting;
}
