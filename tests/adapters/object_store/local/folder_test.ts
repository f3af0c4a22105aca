import { assertEquals } from "@std/assert";
import { openFolder } from "../../../../app/storage.ts";
import { folderContract, type FolderPlace } from "../folder_contract.ts";

async function localFolder(): Promise<FolderPlace & { readonly root: string }> {
  const outer = await Deno.makeTempDir();
  const root = `${outer}/dump`;
  return {
    root,
    folder: openFolder("dump", outer),
    async put(name, text) {
      await Deno.mkdir(root, { recursive: true });
      await Deno.writeTextFile(`${root}/${name}`, text);
    },
    remove: (name) => Deno.remove(`${root}/${name}`),
    [Symbol.asyncDispose]: () => Deno.remove(outer, { recursive: true }),
  };
}

folderContract("local", localFolder);

Deno.test("folders and links that lead nowhere are no files of a folder; a link to a file is one", async () => {
  await using place = await localFolder();
  await place.put("a.csv", "abc");
  await Deno.mkdir(`${place.root}/below`);
  await Deno.symlink("nowhere", `${place.root}/dangling.csv`);
  await Deno.symlink("a.csv", `${place.root}/linked.csv`);
  assertEquals((await place.folder.list()).map(({ name }) => name), ["a.csv", "linked.csv"]);
});

Deno.test("a file that is changed is newer than before, although its time is put back", async () => {
  await using place = await localFolder();
  const began = Math.floor(Date.now() / 1_000) * 1_000;
  await place.put("a.csv", "abc");
  await Deno.utime(place.folder.path("a.csv"), 0, 0);
  const [found] = await place.folder.list();
  assertEquals(found!.modified >= began, true);
});

Deno.test("a pipe in the place of a file is none: it is never opened", async () => {
  await using place = await localFolder();
  await place.put("a.csv", "abc");
  await place.remove("a.csv");
  const path = place.folder.path("a.csv");
  await new Deno.Command("mkfifo", { args: [path] }).output();
  const measured = place.folder.measure("a.csv");
  // Who waits for its other end is let go.
  const end = await Deno.open(path, { read: true, write: true });
  assertEquals(await place.folder.list(), []);
  end.close();
  assertEquals(await measured, undefined);
});
