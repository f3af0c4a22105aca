import { isThere } from "../adapters/sdk/files/place.ts";
import type { State } from "../core/mod.ts";
import { isShared } from "./state_place.ts";

export interface StateOptions {
  /** Told what a write waits for, if that takes longer. */
  readonly tell?: (line: string) => void;
  /**
   * Whether other things go on here meanwhile, for long: then what is written is written in a thread of its own, which takes
   * a moment to begin.
   */
  readonly lasting?: boolean;
  /** The folder of the locks of a shared state's workers on this host. */
  readonly workers?: string;
}

/**
 * The state in a SQLite file, or on PostgreSQL where it is named by a URL; to read one that is not there, an empty one that
 * is kept nowhere.
 */
export async function openState(
  path: string,
  access: "read" | "write",
  { tell = () => {}, lasting = false, workers }: StateOptions = {},
): Promise<State> {
  if (isShared(path)) {
    const [{ openPostgresState }, { lockFolder }] = await Promise.all([
      import("../adapters/state/postgres/open.ts"),
      import("../adapters/state/locks.ts"),
    ]);
    const locks = workers === undefined ? undefined : lockFolder(workers, access);
    return await openPostgresState({ url: path, access, ...(locks && { locks }) }) ?? await emptyState();
  }
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
