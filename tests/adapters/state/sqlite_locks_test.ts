import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { lockFolder } from "../../../adapters/state/locks.ts";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { StatePlaceError } from "../../../core/mod.ts";
import { atPath } from "../../in_folder.ts";
import { ASSETS, claimed } from "./build.ts";

Deno.test("a lock is held until it is released, and then is gone", () =>
  atPath("locks", (folder) => {
    const [mine, yours] = [lockFolder(folder), lockFolder(folder)];
    assertEquals(mine.names(), []);
    const [one, other] = [mine.hold(), yours.hold()];
    assert(yours.isHeld(one.name) && mine.isHeld(one.name));
    one.release();
    one.release();
    assert(!yours.isHeld(one.name));
    assertEquals(mine.names(), [other.name]);
    other.release();
    assert(!mine.isHeld("never there"));
  }));

Deno.test("the lock of a process that was killed is nobody's, whatever the process was", () =>
  atPath("locks", async (folder) => {
    const module = import.meta.resolve("../../../adapters/state/locks.ts");
    const code = `import { lockFolder } from ${JSON.stringify(module)};
      console.log(lockFolder(${JSON.stringify(folder)}).hold().name);
      setInterval(() => {}, 1000);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-lock", code],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    const name = new TextDecoder().decode((await reader.read()).value).trim();
    const locks = lockFolder(folder);
    assert(locks.isHeld(name));
    child.kill("SIGSTOP");
    assert(locks.isHeld(name));
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assert(!locks.isHeld(name));
    assertEquals(locks.names(), []);
  }));

Deno.test("what else lies in the folder of locks is nobody's, and is left alone", () =>
  atPath("locks", (folder) => {
    const locks = lockFolder(folder);
    const { release } = locks.hold();
    Deno.mkdirSync(`${folder}/${crypto.randomUUID()}/x`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/.DS_Store`, "");
    Deno.symlinkSync("/nowhere", `${folder}/${crypto.randomUUID()}`);
    assertEquals(locks.names().length, 1);
    release();
    assertEquals(locks.names(), []);
  }));

Deno.test("a worker lives to whoever opens its state by a link, also one that was there before the state", () =>
  atPath("locks", async (folder) => {
    await Deno.mkdir(`${folder}/here`, { recursive: true });
    await Deno.mkdir(`${folder}/elsewhere`);
    const [file, link] = [`${folder}/here/state.sqlite`, `${folder}/elsewhere/linked.sqlite`];
    await Deno.symlink(file, link);
    const worker = await openSqliteState({ path: link });
    await worker.register(ASSETS, 0);
    await claimed(worker, { from: 1, to: 2 });
    for (const path of [file, link]) {
      for (const access of ["read", "write"] as const) {
        const other = await openSqliteState({ path, access });
        assertEquals((await other.holdings()).map(({ alive }) => alive), [true], `${access} "${path}"`);
        assertEquals(access === "read" ? [] : await other.recover(0), []);
        await other.close();
      }
    }
    await worker.close();
    assertEquals([...Deno.readDirSync(`${folder}/elsewhere`)].map(({ name }) => name), ["linked.sqlite"]);
  }));

Deno.test("a state with two names is not written by either, and is read; one that its own replacing left is", () =>
  atPath("state.sqlite", async (path) => {
    await (await openSqliteState({ path })).close();
    for (const [link, isRefused] of [[`${path}.new`, false], [`${path}.other`, true]] as const) {
      await Deno.link(path, link);
      if (isRefused) {
        for (const name of [path, link]) {
          const { message } = await assertRejects(() => openSqliteState({ path: name }), StatePlaceError);
          assertMatch(
            message,
            /^opening the state: found 2 names \(hard links\) of the file ".*", wanted one: /,
          );
        }
      } else await (await openSqliteState({ path })).close();
      await (await openSqliteState({ path, access: "read" })).close();
    }
    assertEquals(await Deno.stat(`${path}.new`).catch(() => null), null);
  }));
