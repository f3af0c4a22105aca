import { assertEquals } from "@std/assert";
import { LakeFolder } from "../../../../adapters/object_store/local/lake_folder.ts";
import { LocalPublisher } from "../../../../adapters/object_store/local/publisher.ts";
import { Chance } from "../../../simulation/chance.ts";
import { Disk, parent } from "../../../simulation/disk/disk.ts";
import { mount } from "../../../simulation/disk/mounts.ts";

const FINAL = "zone/day/data.txt";

/** A publisher on a disk that may lose power. */
function onDisk() {
  const disk = new Disk();
  const step = () => Promise.resolve();
  const root = mount({ disk, step, dies: () => false, closed: new Set(), changing: () => {} });
  const publisher = new LocalPublisher(new LakeFolder(root));
  const stage = (text: string) => {
    const temporary = `_staging/1/${text}`;
    const folders = [parent(parent(temporary)), parent(temporary)];
    for (const folder of folders) if (disk.find(folder) === undefined) disk.makeFolder(folder);
    disk.write(temporary, new TextEncoder().encode(text));
    return { final: FINAL, temporary };
  };
  const read = (path: string) => new TextDecoder().decode(disk.find(path)?.content);
  return { disk, publisher, stage, read };
}

Deno.test("what was published, kept and put back outlives a loss of power, wherever it strikes later", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const { disk, publisher, stage, read } = onDisk();
    const first = stage("one");
    const [one] = await publisher.measure([first]);
    await publisher.replace([first], [one!]);
    const second = stage("two");
    const [two] = await publisher.measure([second]);
    await publisher.replace([{ ...second, standing: { dataVersion: "v1", hash: one!.hash } }], [two!]);
    const kept = "zone/_versions/day/v1.txt";
    disk.cut(new Chance(seed));
    assertEquals([read(FINAL), read(kept)], ["two", "one"]);

    const temporary = "_staging/1/back";
    assertEquals(await publisher.recall({ ref: one!, dataVersion: "v1", temporary }), true);
    const back = { final: FINAL, temporary, standing: { dataVersion: "v2", hash: two!.hash } };
    await publisher.replace([back], [one!]);
    disk.cut(new Chance(seed));
    assertEquals([read(FINAL), read("zone/_versions/day/v2.txt")], ["one", "two"]);
  }
});
