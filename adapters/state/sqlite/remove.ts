import { lockFolderOf } from "./locks.ts";

/**
 * Removes a state that was made in vain, with what lies beside it. Who has it open still finds it gone with the next write.
 *
 * @param missing Its file and the folders on the way to it that were not there before, the deepest first; none if it was.
 */
export async function removeState(missing: readonly string[]): Promise<void> {
  const [path, ...folders] = missing;
  if (path === undefined) return;
  for (const each of [path, `${path}-wal`, `${path}-shm`, lockFolderOf(path), ...folders]) {
    await Deno.remove(each).catch(() => {});
  }
}
