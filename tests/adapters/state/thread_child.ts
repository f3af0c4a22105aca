// What the tests let run in the thread of a state. Its address says how: `name=N` says in a file which lock it holds,
// `breaks` lets it fail by itself once a value is written.
import { lockFolder, lockFolderOf } from "../../../adapters/state/locks.ts";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { serve } from "../../../adapters/state/sqlite/thread/serve.ts";
import type { State } from "../../../core/mod.ts";

const said = new URL(import.meta.url).searchParams;

serve(async (options) => {
  const locks = lockFolder(lockFolderOf(options.path));
  const hold = () => {
    const held = locks.hold();
    Deno.writeTextFileSync(`${options.path}-${said.get("name")}`, held.name);
    return held;
  };
  const state = await openSqliteState({ ...options, locks: { ...locks, hold } });
  if (said.has("breaks")) breakAfter(state);
  return state;
});

/** Fails beside what it is asked, once a value is written, and does not answer that. */
function breakAfter({ keyValue }: State): void {
  const put = keyValue.put;
  keyValue.put = async (...args) => {
    await put.apply(keyValue, args);
    setTimeout(() => {
      throw new Error("it was\nto break");
    });
    return await new Promise(() => {});
  };
}
