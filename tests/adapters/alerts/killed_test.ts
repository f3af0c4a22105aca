import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { tell } from "./killed_child.ts";

const CHILD = fromFileUrl(import.meta.resolve("./killed_child.ts"));

for (const kill of [1, 2, 3]) {
  Deno.test(`a process that is killed while message ${kill} is delivered loses none, and tells it again by its key`, async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/state.db`;
    const got: string[] = [];
    let child: Deno.ChildProcess | undefined;
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const { event, subject, key } = await request.json();
      got.push(`${event} ${subject} ${key}`);
      if (child !== undefined && got.length === kill) {
        // It is delivered, and the process never hears so.
        child.kill("SIGKILL");
        await child.status;
      }
      return new Response();
    });
    try {
      const url = `http://127.0.0.1:${server.addr.port}/`;
      const start = () =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", "--no-check", CHILD, path, url],
          stdout: "null",
        })
          .spawn();
      child = start();
      await child.status;
      if (kill === 3) {
        // The end of an episode is told by one that is killed, too.
        child = undefined;
        assertEquals(got.length, 2);
        const state = await openSqliteState({ path });
        const [first] = await state.alerts.open();
        await state.alerts.end(first!.key, Date.now(), "over");
        await state.close();
        child = start();
        await child.status;
      }
      child = undefined;
      const before = got.length;
      await tell(path, url, ["a", "b"]);
      const state = await openSqliteState({ path });
      const episodes = await state.alerts.episodes(9);
      await state.close();
      // Each is delivered, and what was delivered twice has one key.
      const owed = episodes.flatMap(({ subject, key, deliveries }) =>
        deliveries.map(({ event, outcome }) => [`${event} ${subject} ${key}`, outcome])
      );
      assertEquals(owed.map(([, outcome]) => outcome), owed.map(() => "delivered"));
      assertEquals([...new Set(got)].toSorted(), owed.map(([name]) => name).toSorted());
      assertEquals(got[before], got[kill - 1]);
      assertEquals(got.length, owed.length + 1);
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
