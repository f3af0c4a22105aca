import { type AnyAsset, type Clock, type Graph, type NewEvent, STANDS, type State } from "../core/mod.ts";
import { viewOf } from "./views.ts";

/** A graph with its state, and the time. */
export interface RetryOptions {
  readonly graph: Graph;
  readonly state: State;
  readonly clock: Clock;
}

/**
 * Says of views that stand, and were found not to bind since, that they are to be made again: what they read may be whole
 * by now, and a view's own code is then what it was made with.
 */
export async function viewsToRetry({ graph, state, clock }: RetryOptions): Promise<NewEvent[]> {
  const views = graph.assets.filter(isWholeView).map(({ key }) => key);
  if (views.length === 0) return [];
  const { assets, failures, due } = await state.snapshot(views);
  return views.flatMap((asset): NewEvent[] => {
    const rows = assets.get(asset);
    const made = rows?.seq[0] ?? Infinity;
    if (rows?.status[0] !== STANDS) return [];
    const isSince = (mark: { readonly asset: string; readonly seq: number }) =>
      mark.asset === asset && mark.seq > made;
    if (rows.checksFailed[0] === 0 && !failures.some(isSince)) return [];
    if (due.some(isSince)) return [];
    const detail = "it was found not to bind";
    return [{ kind: "due", asset, at: clock.now(), run: null, from: 0, to: 0, detail }];
  });
}

const isWholeView = ({ key, partitions }: AnyAsset) =>
  viewOf(key) !== undefined && partitions.spec.type === "single";
