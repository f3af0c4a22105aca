import type { Config } from "../config.ts";
import type { FileRef } from "../core/ports/publisher.ts";
import type { Query } from "../core/ports/query.ts";
import type { State } from "../core/ports/state.ts";
import { examineLake } from "./identity.ts";
import { knownSource } from "./source.ts";
import { openState } from "./state.ts";

/** The lake's tables and views, once it is known to be the configured one. */
export async function openQuery(config: Config): Promise<Query> {
  const content = { source: knownSource(config), environment: config.environment };
  await reading(config, (state) => examineLake(state, config, content));
  const [{ DuckDBQuery }, { LocalCatalog }, { LocalObjectStore }, { LakeFolder }] = await Promise.all([
    import("../adapters/query/duckdb/query.ts"),
    import("../adapters/catalog/local/catalog.ts"),
    import("../adapters/object_store/local/store.ts"),
    import("../adapters/object_store/local/lake_folder.ts"),
  ]);
  const store = new LocalObjectStore(new LakeFolder(config.lake));
  return new DuckDBQuery({
    root: config.lake,
    catalog: new LocalCatalog(store, () => reading(config, filesOfUnpartitioned)),
    published: (folders) => reading(config, (state) => filesBelow(state, folders)),
  });
}

async function reading<T>(config: Config, read: (state: State) => Promise<T>): Promise<T> {
  const state = await openState(config.state, "read");
  try {
    return await read(state);
  } finally {
    await state.close();
  }
}

/** The published files below each folder. */
async function filesBelow(state: State, folders: readonly string[]): Promise<(readonly FileRef[])[]> {
  const found: (readonly FileRef[])[] = [];
  for (const folder of folders) found.push(await state.filesBelow(folder));
  return found;
}

/** The published files of assets without partitions: definitions of the catalog are among them. */
async function filesOfUnpartitioned(state: State): Promise<FileRef[]> {
  const found: FileRef[] = [];
  for (const { key, partitions } of await state.assets()) {
    if (partitions.type !== "single") continue;
    const [record] = await state.standing(key, [{ from: 0, to: 0 }]);
    if (record !== undefined) found.push(...record.event.payload.files);
  }
  return found;
}
