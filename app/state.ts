import { isThere } from "../adapters/sdk/files/place.ts";
import type { State } from "../core/mod.ts";

export interface StateOptions {
  /** Told what a write waits for, if that takes longer. */
  readonly tell?: (line: string) => void;
  /**
   * Whether other things go on here meanwhile, for long: then what is written is written in a thread of its own, which takes
   * a moment to begin.
   */
  readonly lasting?: boolean;
}

/** The state in a SQLite file; to read one that is not there, an empty one that is kept nowhere. */
export async function openState(
  path: string,
  access: "read" | "write",
  { tell = () => {}, lasting = false }: StateOptions = {},
): Promise<State> {
  if (access === "read" && !await isThere(path)) return await emptyState();
  if (access === "write" && lasting) {
    const { openInThread } = await import("../adapters/state/sqlite/thread/open.ts");
    return await openInThread({ path, tell });
  }
  const { openSqliteState } = await import("../adapters/state/sqlite/open.ts");
  return await openSqliteState({ path, access, tell });
}

/** A state that is kept nowhere. */
export async function emptyState(): Promise<State> {
  const [{ memoryState }, { memoryStore }] = await Promise.all([
    import("../adapters/state/memory/state.ts"),
    import("../adapters/state/memory/store.ts"),
  ]);
  return memoryState(memoryStore(), "reader");
}
