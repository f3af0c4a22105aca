import type { AssetKey, Catalog, Clock, Graph, State } from "../core/mod.ts";

const VIEW = /^view\/(\w+)\.(\w+)$/;
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
 * Drops views that were made and are no longer declared: the catalog's entry goes, then the state forgets them, so that
 * one whose file comes back is made again. What another process holds is left to the next time.
 *
 * @returns The dropped assets.
 */
export async function dropViews(options: DropOptions): Promise<AssetKey[]> {
  const { graph, databases, state } = options;
  const dropped: AssetKey[] = [];
  for (const { key } of await state.assets()) {
    const [, database = "", name = ""] = VIEW.exec(key) ?? [];
    if (!databases.has(database) || graph.byKey.has(key)) continue;
    if ((await state.materializations(key, [WHOLE])).length === 0) continue;
    if (await drop(options, key, { database, name })) dropped.push(key);
  }
  return dropped;
}

/** @returns Whether it was free. */
async function drop(
  { state, catalog, clock }: DropOptions,
  key: AssetKey,
  view: { readonly database: string; readonly name: string },
): Promise<boolean> {
  const ranges = [{ asset: key, from: null, to: null }];
  const run = await state.beginRun({ command: "drop", ranges }, clock.now());
  const { granted } = await state.claim(run, key, [WHOLE]);
  if (granted !== undefined) {
    await catalog.drop(view);
    const forgotten = { kind: "wiped" as const, asset: key, at: clock.now(), run, ...WHOLE };
    await state.commit({ claim: granted.token, events: [forgotten], release: true });
  }
  await state.endRun(run, granted === undefined ? "cancelled" : "succeeded", null, clock.now());
  return granted !== undefined;
}
