import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { HOURS } from "./build.ts";

const KILLS = 8;

/** Runs a process that works on a state in a thread, until it is killed after so many lines. @returns Those that it said. */
async function killed(path: string, lines: number): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fromFileUrl(import.meta.resolve("./sqlite_child.ts")), "tell", path],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let told = "";
  let isKilled = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    told += text;
    if (isKilled || told.split("\n").length <= lines) continue;
    child.kill("SIGKILL");
    isKilled = true;
  }
  assertEquals((await child.status).signal, "SIGKILL");
  return told.split("\n").slice(0, -1);
}

Deno.test("thread: what a process was told that it is done is there when it was killed, and what it held is free", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state.db`;
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const told = await killed(path, 1 + 7 * kill);
      const state = await openSqliteState({ path });
      const made = new Set((await state.since(0)).map((event) => "partition" in event && event.partition));
      for (const line of told) {
        const [what, id = ""] = line.split(" ");
        if (what === "made") assert(made.has(Number(id)), line);
        if (what === "put") assert(await state.keyValue.get(id) !== undefined, line);
        if (what !== "queued") continue;
        const again = await state.enqueue({ command: "materialize", ranges: [], key: id }, 1);
        assertEquals(again.isNew, false, line);
      }
      assertEquals((await state.holdings()).map(({ alive, asset }) => [alive, asset]), [[false, HOURS]]);
      const [adopted] = await state.recover(2);
      await state.release(adopted!.token);
      assertEquals(await state.holdings(), []);
      await state.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
