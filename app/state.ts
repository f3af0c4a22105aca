import type { State } from "../core/ports/state.ts";

/** The state in a SQLite file; to read one that is not there, an empty one that is kept nowhere. */
export async function openState(path: string, access: "read" | "write"): Promise<State> {
  if (access === "read" && !await isThere(path)) {
    const [{ MemoryState }, { memoryStore }] = await Promise.all([
      import("../adapters/state/memory/state.ts"),
      import("../adapters/state/memory/store.ts"),
    ]);
    return new MemoryState(memoryStore(), "reader");
  }
  const { openSqliteState } = await import("../adapters/state/sqlite/open.ts");
  return await openSqliteState({ path });
}

/** Whether there is anything at a path. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
