import { isThere } from "../adapters/sdk/files/place.ts";
import type { State } from "../core/mod.ts";

/**
 * The state in a SQLite file; to read one that is not there, an empty one that is kept nowhere.
 *
 * @param tell Told what a write waits for, if that takes longer.
 */
export async function openState(
  path: string,
  access: "read" | "write",
  tell: (line: string) => void = () => {},
): Promise<State> {
  if (access === "read" && !await isThere(path)) return await emptyState();
  const { openSqliteState } = await import("../adapters/state/sqlite/open.ts");
  return await openSqliteState({ path, access, tell });
}

/** A state that is kept nowhere. */
export async function emptyState(): Promise<State> {
  const [{ MemoryState }, { memoryStore }] = await Promise.all([
    import("../adapters/state/memory/state.ts"),
    import("../adapters/state/memory/store.ts"),
  ]);
  return new MemoryState(memoryStore(), "reader");
}

/**
 * Removes a state that was made in vain, with what lies beside it. Who has it open still finds it gone with the next write.
 *
 * @param missing Its file and the folders on the way to it that were not there before, the deepest first; none if it was.
 */
export async function removeState(missing: readonly string[]): Promise<void> {
  const [path, ...folders] = missing;
  if (path === undefined) return;
  const { lockFolderOf } = await import("../adapters/state/sqlite/locks.ts");
  for (const each of [path, `${path}-wal`, `${path}-shm`, lockFolderOf(path), ...folders]) {
    await Deno.remove(each).catch(() => {});
  }
}
