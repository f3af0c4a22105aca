import { localStorage } from "../../../../app/storage.ts";
import type { LakeStorage } from "../../../../core/mod.ts";

export interface LocalLake extends LakeStorage, AsyncDisposable {
  readonly root: string;
}

/** A fresh lake in a folder that does not exist yet, removed at its end. */
export async function localLake(): Promise<LocalLake> {
  const outer = await Deno.makeTempDir();
  const root = `${outer}/lake`;
  return {
    ...localStorage(root),
    root,
    [Symbol.asyncDispose]: () => Deno.remove(outer, { recursive: true }),
  };
}
