import type { State } from "../ports/state.ts";
import type { LakeStorage } from "../ports/storage.ts";
import type { Workspace } from "../ports/workspace.ts";
import { isOpen } from "./recover.ts";

/**
 * Deletes the staged files of runs that are not at work, and whose publications nobody is completing, and, while no run is
 * at work, what killed engines left; or counts them.
 */
export async function sweepStaging(
  { store, publisher, workspace }: Pick<LakeStorage, "store" | "publisher" | "workspace">,
  state: State,
  counting?: "only",
): Promise<number> {
  let swept = await sweepScratch(workspace, state, counting);
  const claimed = new Set((await state.claims()).map(({ run }) => run));
  for (const name of await store.folders("_staging")) {
    if (!/^\d+$/.test(name) || claimed.has(Number(name))) continue;
    if (isOpen((await state.run(Number(name)))?.run)) continue;
    if (counting === undefined) await publisher.clear(`_staging/${name}`);
    swept++;
  }
  return swept;
}

/** Engines write to scratch folders in runs alone: a folder that was there before no run was at work is nobody's. */
async function sweepScratch(workspace: Workspace, state: State, counting?: "only"): Promise<number> {
  const left = await workspace.othersScratch();
  if (left.length === 0) return 0;
  if (await isAnyAtWork(state)) return 0;
  if (counting === undefined) { for (const scratch of left) await scratch[Symbol.asyncDispose](); }
  return left.length;
}

/** One that is at work is among the newest, nearly always. */
async function isAnyAtWork(state: State): Promise<boolean> {
  for (let limit = 20;; limit *= 10) {
    const runs = await state.runs(limit);
    if (runs.some(({ status }) => status === "running")) return true;
    if (runs.length < limit) return false;
  }
}
