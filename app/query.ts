import type { Config } from "../config.ts";
import type { FileRef, Publisher } from "../core/ports/publisher.ts";
import type { Query } from "../core/ports/query.ts";
import type { State } from "../core/ports/state.ts";
import { REPAIR } from "../adapters/query/duckdb/entries.ts";
import { examineLake } from "./identity.ts";
import { knownSource } from "./source.ts";
import { openState } from "./state.ts";

/** The lake's tables and views, once it is known to be the configured one. */
export async function openQuery(config: Config): Promise<Query> {
  const content = { source: knownSource(config), environment: config.environment };
  await reading(config, (state) => examineLake(state, config, content));
  const [{ DuckDBQuery }, { LocalCatalog }, { LocalObjectStore }, { LocalPublisher }, { LakeFolder }] =
    await Promise
      .all([
        import("../adapters/query/duckdb/query.ts"),
        import("../adapters/catalog/local/catalog.ts"),
        import("../adapters/object_store/local/store.ts"),
        import("../adapters/object_store/local/publisher.ts"),
        import("../adapters/object_store/local/lake_folder.ts"),
      ]);
  const folder = new LakeFolder(config.lake);
  const store = new LocalObjectStore(folder);
  const publisher = new LocalPublisher(folder);
  return new DuckDBQuery({
    root: config.lake,
    catalog: new LocalCatalog(store, () => reading(config, filesOfUnpartitioned)),
    published: async (folders) => {
      const files = await reading(config, (state) => filesBelow(state, folders));
      await requireIntact(publisher, files.flat());
      return files;
    },
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

/** @throws {Error} If one of the files is not what was published: nobody is answered from other bytes. */
async function requireIntact(publisher: Publisher, files: readonly FileRef[]): Promise<void> {
  const intact = await publisher.intact(files);
  const damaged = files.find((_, i) => !intact[i]);
  if (damaged === undefined) return;
  throw new Error(
    `reading "${damaged.path}": found it missing or with other bytes, wanted the file that was published; ${REPAIR}`,
  );
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
