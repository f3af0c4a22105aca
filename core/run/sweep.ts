import type { State } from "../ports/state.ts";
import type { LakeStorage } from "../ports/storage.ts";

/** Deletes the staged files of runs that are not at work, and whose publications nobody is completing; or counts them. */
export async function sweepStaging(
  { store, publisher }: Pick<LakeStorage, "store" | "publisher">,
  state: State,
  counting?: "only",
): Promise<number> {
  let swept = 0;
  const claimed = new Set((await state.claims()).map(({ run }) => run));
  for (const name of await store.folders("_staging")) {
    if (!/^\d+$/.test(name) || claimed.has(Number(name))) continue;
    if ((await state.run(Number(name)))?.run.status === "running") continue;
    if (counting === undefined) await publisher.clear(`_staging/${name}`);
    swept++;
  }
  return swept;
}
