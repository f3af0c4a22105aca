import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { openApp } from "../../app.ts";

Deno.test("of two commands that make one lake with two states, the one that is refused leaves nothing", async () => {
  const folder = await Deno.makeTempDir({ prefix: "airgraph-app-" });
  try {
    const refused: string[] = [];
    for (let round = 0; round < 4; round++) {
      const LAKE_URL = join(folder, `lake-${round}`);
      const states = ["a", "b"].map((name) => join(folder, `${round}-${name}`, "lake.sqlite"));
      const opened = await Promise.allSettled(states.map(async (STATE_URL) => {
        const app = await openApp({ env: { LAKE_URL, STATE_URL }, cwd: folder });
        return await app.lake("write");
      }));
      for (const [i, each] of opened.entries()) {
        if (each.status === "fulfilled") {
          await each.value[Symbol.asyncDispose]();
          assert(await isThere(states[i]!));
        } else {
          refused.push(each.reason.message);
          assertEquals(
            [...Deno.readDirSync(folder)].filter(({ name }) => name === `${round}-${"ab"[i]}`),
            [],
          );
        }
      }
      assertEquals(opened.filter(({ status }) => status === "fulfilled").length, 1);
      assert(await isThere(join(LAKE_URL, "_airgraph.json")));
    }
    for (const line of refused) assertMatch(line, /^opening the lake: /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
