import { assertEquals, assertRejects } from "@std/assert";
import { FINAL, published, staged, textAt, version } from "../publisher_contract.ts";
import { type LocalLake, localLake } from "./lake.ts";

const SAYS = /was moved, removed or replaced meanwhile, wanted the folder that was opened$/;

const ways: Readonly<Record<string, (root: string) => Promise<void>>> = {
  moved: (root) => Deno.rename(root, `${root}.moved`),
  removed: (root) => Deno.remove(root, { recursive: true }),
  async replaced(root) {
    await Deno.rename(root, `${root}.moved`);
    await Deno.mkdir(root);
  },
};

async function lakeWithFile(): Promise<LocalLake> {
  const lake = await localLake();
  await published(lake, "old", {});
  return lake;
}

for (const [way, change] of Object.entries(ways)) {
  Deno.test(`in a lake that was ${way} meanwhile nothing is published, put back, removed, written or said to be gone`, async () => {
    await using lake = await lakeWithFile();
    const { change: replacement, ref } = await staged(lake, "new", { standing: version("v1", "old") });
    await change(lake.root);
    const before = entries(lake.root);
    const works = [
      () => lake.publisher.replace([replacement], [ref]),
      () => lake.publisher.revert([replacement], [ref]),
      () => lake.publisher.remove([ref]),
      () => lake.publisher.present([ref]),
      () => lake.publisher.intact([ref]),
      () => lake.store.write("_staging/9/file", new Uint8Array(1)),
    ];
    for (const work of works) {
      const { message } = await assertRejects(work, Error);
      assertEquals(SAYS.test(message), true, message);
    }
    assertEquals(entries(lake.root), before);
  });
}

Deno.test("a lake that is moved back is published to again", async () => {
  await using lake = await lakeWithFile();
  const { change, ref } = await staged(lake, "new", { standing: version("v1", "old") });
  await Deno.rename(lake.root, `${lake.root}.moved`);
  await assertRejects(() => lake.publisher.replace([change], [ref]));
  await Deno.rename(`${lake.root}.moved`, lake.root);
  await lake.publisher.replace([change], [ref]);
  assertEquals(await textAt(lake, FINAL), "new");
});

Deno.test("a folder where a file belongs is no file, and publishing over it names it", async () => {
  await using lake = await lakeWithFile();
  await Deno.remove(`${lake.root}/${FINAL}`);
  await Deno.mkdir(`${lake.root}/${FINAL}`);
  const { change, ref } = await staged(lake, "new", { standing: version("v1", "old") });
  assertEquals(await lake.publisher.intact([{ ...ref, path: FINAL }]), [false]);
  assertEquals(await lake.store.read(FINAL), undefined);
  await assertRejects(
    () => lake.publisher.replace([change], [ref]),
    Error,
    `publishing "${FINAL}": a folder is in its place`,
  );
});

/** The names in a folder; undefined if it is not there. */
function entries(root: string): string[] | undefined {
  try {
    return [...Deno.readDirSync(root)].map(({ name }) => name).sort();
  } catch {
    return undefined;
  }
}
