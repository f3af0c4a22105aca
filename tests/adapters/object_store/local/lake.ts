import { LakeFolder } from "../../../../adapters/object_store/local/lake_folder.ts";
import { LocalPublisher } from "../../../../adapters/object_store/local/publisher.ts";
import { LocalObjectStore } from "../../../../adapters/object_store/local/store.ts";
import type { Lake } from "../publisher_contract.ts";

export interface LocalLake extends Lake {
  readonly root: string;
  readonly publisher: LocalPublisher;
  readonly folder: LakeFolder;
}

/** A fresh lake in a folder that does not exist yet, removed at its end. */
export async function localLake(): Promise<LocalLake> {
  const outer = await Deno.makeTempDir();
  const folder = new LakeFolder(`${outer}/lake`);
  return {
    root: folder.root,
    folder,
    store: new LocalObjectStore(folder),
    publisher: new LocalPublisher(folder),
    [Symbol.asyncDispose]: () => Deno.remove(outer, { recursive: true }),
  };
}
