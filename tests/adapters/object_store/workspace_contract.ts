import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { LakeStorage } from "../../../core/mod.ts";

type Lake = Pick<LakeStorage, "store" | "workspace"> & AsyncDisposable;

/** The contract of every workspace. */
export function workspaceContract(name: string, open: () => Promise<Lake>): void {
  const test = (what: string, work: (lake: Lake) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using lake = await open();
      await work(lake);
    });

  test("files are checked out at their paths below a local folder", async ({ store, workspace }) => {
    const paths = ["zone/a/x", "zone/a/y", "zone/b"];
    const refs = await Promise.all(paths.map(async (path) => ({
      path,
      ...await store.write(path, new TextEncoder().encode(path)),
    })));
    for (let time = 0; time < 2; time++) {
      await using checkout = await workspace.checkout(refs);
      for (const path of paths) assertEquals(await Deno.readTextFile(`${checkout.root}/${path}`), path);
    }
    await using _none = await workspace.checkout([]);
  });

  test("a file that is gone is not checked out", async ({ workspace }) => {
    await using checkout = await workspace.checkout([{ path: "zone/none", size: 1, hash: "0".repeat(64) }]);
    await assertRejects(() => Deno.stat(`${checkout.root}/zone/none`), Deno.errors.NotFound);
  });

  test("a file that is written at a local path is staged", async ({ store, workspace }) => {
    const path = "_staging/1/a/part";
    const written = await workspace.stage(path, (local) => Deno.writeTextFile(local, "abc"));
    assertEquals(written, {
      size: 3,
      hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
    assertEquals(await store.read(path), new TextEncoder().encode("abc"));
    const failing = () => Promise.reject(new RangeError("no room"));
    await assertRejects(() => workspace.stage("_staging/1/b", failing), RangeError);
    assertEquals(await store.read("_staging/1/b"), undefined);
  });

  test("scratch folders are their owners' alone, and gone at their end", async ({ store, workspace }) => {
    let path: string;
    {
      await using scratch = workspace.scratch();
      await using other = workspace.scratch();
      assertNotEquals(scratch.path, other.path);
      ({ path } = scratch);
      await Deno.mkdir(path, { recursive: true });
      await Deno.writeTextFile(`${path}/spilled`, "");
    }
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
    assertEquals(await store.list("_staging"), []);
  });
}
