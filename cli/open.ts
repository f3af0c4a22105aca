import type { AssetKey, Graph, Warn } from "../core/mod.ts";
import type { App, Lake } from "./context.ts";

/**
 * Opens the lake to make something in it. Where there is none yet, it is made once `judge`, given an empty one, has not
 * refused the request: of a command that is refused nothing is left.
 */
export async function openToMake(
  app: App,
  judge: (lake: Lake) => unknown,
  warn?: Warn,
  selects?: (graph: Graph) => ReadonlySet<AssetKey>,
): Promise<Lake> {
  if (!await app.isMade()) {
    await using lake = await app.lake("read");
    await judge(lake);
  }
  return await app.lake("write", { ...(warn && { warn }), ...(selects && { selects }) });
}

/** Opens the lake to change what is there; where there is none yet, an empty one that is kept nowhere. */
export async function openToChange(app: App): Promise<Lake> {
  return await app.lake(await app.isMade() ? "write" : "read");
}
