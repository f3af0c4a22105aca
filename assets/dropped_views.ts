import {
  type AssetKey,
  type Catalog,
  type Clock,
  type Graph,
  type RunId,
  type State,
  WIPED,
} from "../core/mod.ts";
import { type ViewName, viewOf } from "./views.ts";

const WHOLE = { from: 0, to: 0 };

export interface DropOptions {
  readonly graph: Graph;
  /** Those whose views the graph declares. */
  readonly databases: ReadonlySet<string>;
  readonly state: State;
  readonly catalog: Catalog;
  readonly clock: Clock;
}

/**
 * Drops views that were made and are no longer declared, in one run: the catalog's entry goes, then the state forgets them,
 * so that one whose file comes back is made again. What another process holds is left to the next time.
 *
 * @returns The dropped assets.
 */
export async function dropViews(options: DropOptions): Promise<AssetKey[]> {
  const { state, clock } = options;
  const gone = await undeclaredViews(options);
  if (gone.size === 0) return [];
  const ranges = Array.from(gone.keys(), (asset) => ({ asset, from: null, to: null }));
  const run = await state.beginRun({ command: "drop", ranges }, clock.now());
  const dropped: AssetKey[] = [];
  for (const [key, view] of gone) if (await drop(options, run, key, view)) dropped.push(key);
  await state.endRun(run, dropped.length === 0 ? "cancelled" : "succeeded", null, clock.now());
  return dropped;
}

/** The views that stand in the state and are not in the graph. */
async function undeclaredViews({ graph, databases, state }: DropOptions): Promise<Map<AssetKey, ViewName>> {
  const views = (await state.assets()).flatMap(({ key }): [AssetKey, ViewName][] => {
    const view = graph.byKey.has(key) ? undefined : viewOf(key);
    return view !== undefined && databases.has(view.database) ? [[key, view]] : [];
  });
  if (views.length === 0) return new Map();
  const { assets } = await state.snapshot(views.map(([key]) => key));
  return new Map(views.filter(([key]) => assets.get(key)?.status.some((status) => status !== WIPED)));
}

/** @returns Whether it was dropped: it was free, and no other worker took it over meanwhile. */
async function drop(
  { state, catalog, clock }: DropOptions,
  run: RunId,
  key: AssetKey,
  view: ViewName,
): Promise<boolean> {
  const { granted } = await state.claim(run, key, [WHOLE]);
  if (granted === undefined) return false;
  await catalog.drop(view);
  const forgotten = { kind: "wiped" as const, asset: key, at: clock.now(), run, ...WHOLE };
  const committed = await state.commit({ claim: granted.token, events: [forgotten], release: true });
  return committed.status === "committed";
}
