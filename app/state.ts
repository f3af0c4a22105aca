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
