import type { State } from "../../../../core/mod.ts";
import { METHODS, portOver } from "./methods.ts";
import type { ThreadOptions } from "./messages.ts";
import { Thread } from "./thread.ts";

/**
 * Opens the state in a SQLite file, to write, in a thread of its own: whatever is waited for there, such as another
 * process's transaction, keeps nothing else here waiting. A thread that breaks off fails all that waits for it; the state
 * may be opened anew.
 *
 * @param options `tell`: as of `openSqliteState`. `module`: what the thread runs.
 * @throws {StateError} As `openSqliteState` does.
 */
export async function openInThread(
  { tell = () => {}, module = new URL("./main.ts", import.meta.url), ...options }: ThreadOptions & {
    readonly tell?: (line: string) => void;
    readonly module?: URL;
  },
): Promise<State> {
  const thread = new Thread(module, tell);
  try {
    await thread.open(options);
  } catch (error) {
    thread.end();
    throw error;
  }
  return {
    ...portOver(METHODS, (method, args) => thread.call(method, args)),
    watch: (signal, { closely = false } = {}) => thread.watch(signal, closely),
    close: () => thread.close(),
  };
}
