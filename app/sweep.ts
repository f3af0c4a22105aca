import type { LakeFolder } from "../adapters/object_store/local/lake_folder.ts";
import type { Publisher, State } from "../core/mod.ts";

/** Deletes the staged files of runs that are not at work, and whose publications nobody is completing; or counts them. */
export async function sweep(
  folder: LakeFolder,
  publisher: Publisher,
  state: State,
  counting?: "only",
): Promise<number> {
  let swept = 0;
  const claimed = new Set((await state.claims()).map(({ run }) => run));
  const staging = await folder.existing("_staging");
  const isFolder = staging !== undefined && Deno.statSync(staging).isDirectory;
  for (const { name } of isFolder ? [...Deno.readDirSync(staging)] : []) {
    if (!/^\d+$/.test(name) || claimed.has(Number(name))) continue;
    if ((await state.run(Number(name)))?.run.status === "running") continue;
    if (counting === undefined) await publisher.clear(`_staging/${name}`);
    swept++;
  }
  return swept;
}
