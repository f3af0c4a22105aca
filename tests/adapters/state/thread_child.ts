import { lockFolder, lockFolderOf } from "../../../adapters/state/sqlite/locks.ts";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { serve } from "../../../adapters/state/sqlite/thread/serve.ts";

/** The thread of a worker that is named by the address: it says in a file which lock it holds. */
const name = new URL(import.meta.url).searchParams.get("name");

serve((options) => {
  const locks = lockFolder(lockFolderOf(options.path));
  const hold = () => {
    const held = locks.hold();
    Deno.writeTextFileSync(`${options.path}-${name}`, held.name);
    return held;
  };
  return openSqliteState({ ...options, locks: { ...locks, hold } });
});
