import { isAbsolute, join } from "node:path";
import { LocalCatalog } from "../adapters/catalog/local/catalog.ts";
import { LocalDocuments } from "../adapters/object_store/local/documents.ts";
import { LocalFolder } from "../adapters/object_store/local/folder.ts";
import { LakeFolder } from "../adapters/object_store/local/lake_folder.ts";
import { makeLakeFolder } from "../adapters/object_store/local/make.ts";
import { LocalPublisher } from "../adapters/object_store/local/publisher.ts";
import { LocalSpool } from "../adapters/object_store/local/spool.ts";
import { LocalObjectStore } from "../adapters/object_store/local/store.ts";
import { LocalVersions } from "../adapters/object_store/local/versions.ts";
import { LocalWorkspace } from "../adapters/object_store/local/workspace.ts";
import { isThere, requireWritable } from "../adapters/sdk/files/place.ts";
import type { Config } from "../config.ts";
import type { Folder, LakeStorage } from "../core/mod.ts";

/** The storage of the lake that `LAKE_URL` names, a folder or a bucket; nothing is made by opening it. */
export async function openStorage({ lake, bucket }: Pick<Config, "lake" | "bucket">): Promise<LakeStorage> {
  if (bucket === null) return localStorage(lake);
  const { bucketStorage } = await import("./bucket_storage.ts");
  return bucketStorage(bucket);
}

/** A folder beside the lake in which others write, by its path below `cwd`. */
export function openFolder(path: string, cwd: string): Folder {
  return new LocalFolder(isAbsolute(path) ? path : join(cwd, path));
}

/** The storage of a lake in a folder. */
export function localStorage(root: string): LakeStorage {
  const folder = new LakeFolder(root);
  const store = new LocalObjectStore(folder);
  const publisher = new LocalPublisher(folder);
  return {
    url: root,
    store,
    publisher,
    versions: new LocalVersions(folder),
    catalog: new LocalCatalog({ store, publisher }),
    documents: new LocalDocuments(folder),
    workspace: new LocalWorkspace(folder),
    spool: new LocalSpool(folder),
    exists: () => isThere(root),
    async make() {
      const undo = await makeLakeFolder(root);
      folder.requireSame();
      return undo;
    },
    async requireWritable() {
      await requireWritable(root);
      await requireWritable(join(root, "_staging"));
    },
  };
}
