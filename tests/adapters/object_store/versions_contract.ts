import { assertEquals } from "@std/assert";
import type { LakeStorage } from "../../../core/mod.ts";
import { FINAL, published, textAt, version } from "./publisher_contract.ts";

const OTHER = "reference/vietnam/stations.json";

/**
 * The contract of what tells which versions a publisher has kept.
 *
 * @param later Resolves once what is written has a later time than what was. @default at once
 */
export function versionsContract(
  name: string,
  open: () => Promise<LakeStorage & AsyncDisposable>,
  later: () => Promise<void> = () => Promise.resolve(),
): void {
  Deno.test(`${name}: kept versions are told in the order in which they were written, whatever their names`, async () => {
    await using lake = await open();
    assertEquals(await lake.versions.below("aq_prod"), []);
    await published(lake, "one");
    await later();
    await published(lake, "two", { standing: version("ff", "one") });
    await published(lake, "three", { standing: version("00", "two") });
    await published(lake, "a", { final: OTHER });
    await published(lake, "b", { final: OTHER, standing: version("77", "a") });
    const folder = FINAL.slice(0, FINAL.lastIndexOf("/"));
    for (const below of ["aq_prod", "aq_prod/marts/vietnam", folder]) {
      const kept = await lake.versions.below(below);
      assertEquals(kept.map(({ dataVersion }) => dataVersion), ["ff", "00"]);
      assertEquals(kept.map((each) => each.folder), [folder, folder]);
      for (const [i, text] of ["one", "two"].entries()) {
        const { ref } = kept[i]!;
        assertEquals([await textAt(lake, ref.path), ref.size], [text, text.length]);
        assertEquals(await lake.publisher.intact([ref]), [true]);
        const as = (dataVersion: string, size = text.length) => ({
          ref: { ...ref, path: FINAL, size },
          dataVersion,
        });
        const asked = [as(kept[i]!.dataVersion), as("11"), as(kept[i]!.dataVersion, 99)];
        assertEquals(await lake.versions.keeps(asked), [true, false, false]);
      }
    }
    assertEquals((await lake.versions.below("reference")).map((each) => each.folder), ["reference/vietnam"]);
    assertEquals(await lake.versions.below("aq_prod/marts/viet"), []);
    assertEquals(await lake.versions.below("aq_dev"), []);
  });
}
