import { hash } from "node:crypto";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type FileRef,
  type Kept,
  type ObjectStore,
  type Publisher,
  PublishError,
  type Replacement,
} from "../../../core/mod.ts";

/** A lake to work on, and its end. */
export interface Lake extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly publisher: Publisher;
}

export const FINAL =
  "aq_prod/marts/vietnam/measurement_date=2018-01-01/country=Vietnam/part-00000.snappy.parquet";
const OTHER = "aq_prod/marts/vietnam/measurement_date=2018-01-02/country=Vietnam/part-00000.snappy.parquet";

let attempts = 0;

/** A staged change of `final` to a text, and what it measures. */
export async function staged(
  lake: Lake,
  text: string,
  options: { readonly final?: string; readonly standing?: Kept } = {},
): Promise<{ readonly change: Replacement; readonly ref: FileRef }> {
  const { final = FINAL, ...standing } = options;
  const temporary = `_staging/7/attempt-${++attempts}/part`;
  await lake.store.write(temporary, new TextEncoder().encode(text));
  const change = { final, temporary, ...standing };
  const [ref] = await lake.publisher.measure([change]);
  return { change, ref: ref! };
}

/** A version of a text, as it is kept. */
export function version(dataVersion: string, text: string): Kept {
  return { dataVersion, hash: hash("sha256", text) };
}

function refOf(path: string, text: string): FileRef {
  return { path, size: text.length, hash: hash("sha256", text) };
}

/** Publishes a text at `final`. */
export async function published(
  lake: Lake,
  text: string,
  options: { readonly final?: string; readonly standing?: Kept } = {},
): Promise<FileRef> {
  const { change, ref } = await staged(lake, text, options);
  await lake.publisher.replace([change], [ref]);
  return ref;
}

export async function textAt(lake: Lake, path: string): Promise<string | undefined> {
  const bytes = await lake.store.read(path);
  return bytes && new TextDecoder().decode(bytes);
}

/** The contract of every publisher. */
/** The files of three days. */
export const DAYS = ["01", "02", "03"].map((day) => FINAL.replace("2018-01-01", `2018-01-${day}`));

/** What is to be done to them at once. */
export interface Changes {
  readonly batch: readonly Replacement[];
  readonly refs: readonly FileRef[];
}

/** One day anew, one that replaces what stands, one that goes. */
export async function threeChanges(lake: Lake): Promise<Changes> {
  await published(lake, "old 1", { final: DAYS[1]! });
  await published(lake, "old 2", { final: DAYS[2]! });
  const changes = [
    await staged(lake, "new 0", { final: DAYS[0]! }),
    await staged(lake, "new 1", { final: DAYS[1]!, standing: version("v1", "old 1") }),
  ];
  const absent: Replacement = { final: DAYS[2]!, absent: true, standing: version("v2", "old 2") };
  return { batch: [...changes.map(({ change }) => change), absent], refs: changes.map(({ ref }) => ref) };
}

/** The texts of those days; undefined where there is no file. */
export function textsOf(lake: Lake): Promise<(string | undefined)[]> {
  return Promise.all(DAYS.map((day) => textAt(lake, day)));
}

export function publisherContract(name: string, open: () => Promise<Lake>): void {
  const test = (what: string, work: (lake: Lake) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using lake = await open();
      await work(lake);
    });

  test("measures staged files in order, absent ones apart", async ({ store, publisher }) => {
    const bytes = new TextEncoder().encode("one");
    const written = await store.write("_staging/1/a", bytes);
    await store.write("_staging/1/b", new Uint8Array(3_000_000));
    const refs = await publisher.measure([
      { final: "zone/b", temporary: "_staging/1/b" },
      { final: "zone/gone", absent: true },
      { final: "zone/a", temporary: "_staging/1/a", written },
    ]);
    assertEquals(refs.map(({ path, size }) => [path, size]), [["zone/b", 3_000_000], ["zone/a", 3]]);
    assertEquals(refs[1]!.hash, "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
  });

  test("puts a batch in place, however often it is asked", async (lake) => {
    const changes = [await staged(lake, "one"), await staged(lake, "two", { final: OTHER })];
    for (let time = 0; time < 2; time++) {
      await lake.publisher.replace(changes.map(({ change }) => change), changes.map(({ ref }) => ref));
      assertEquals(await textAt(lake, FINAL), "one");
      assertEquals(await textAt(lake, OTHER), "two");
    }
    assertEquals(await lake.publisher.intact(changes.map(({ ref }) => ref)), [true, true]);
  });

  test("keeps what stood by its data version and recalls it", async (lake) => {
    const before = await published(lake, "one");
    await published(lake, "two", { standing: version("v1", "one") });
    assertEquals(await textAt(lake, FINAL), "two");
    const temporary = "_staging/8/recalled";
    assert(await lake.publisher.recall({ ref: before, dataVersion: "v1", temporary }));
    assertEquals(await textAt(lake, temporary), "one");
    assert(!await lake.publisher.recall({ ref: before, dataVersion: "v2", temporary: "_staging/8/none" }));
    const other = { ...before, hash: "0".repeat(64) };
    assert(!await lake.publisher.recall({ ref: other, dataVersion: "v1", temporary: "_staging/8/none" }));
  });

  test("keeps the bytes that stood last under a version", async (lake) => {
    await published(lake, "one");
    await published(lake, "two", { standing: version("v1", "one") });
    const again = await published(lake, "one, written anew", { standing: version("v2", "two") });
    await published(lake, "three", { standing: version("v1", "one, written anew") });
    assert(await lake.publisher.recall({ ref: again, dataVersion: "v1", temporary: "_staging/8/recalled" }));
    assertEquals(await textAt(lake, "_staging/8/recalled"), "one, written anew");
  });

  test("takes an absent file away and keeps it", async (lake) => {
    const before = await published(lake, "one");
    const change = { final: FINAL, absent: true, standing: version("v1", "one") } as const;
    await lake.publisher.replace([change], []);
    await lake.publisher.replace([change], []);
    assertEquals(await lake.store.list("aq_prod/marts"), []);
    assert(await lake.publisher.recall({ ref: before, dataVersion: "v1", temporary: "_staging/8/recalled" }));
  });

  test("reverts to what stood, before and after the change, however often it is asked", async (lake) => {
    const before = await published(lake, "one");
    for (const early of [true, false]) {
      const { change, ref } = await staged(lake, "two", { standing: version("v1", "one") });
      if (!early) await lake.publisher.replace([change], [ref]);
      await lake.publisher.revert([change], [ref]);
      await lake.publisher.revert([change], [ref]);
      assertEquals(await textAt(lake, FINAL), "one");
      assertEquals(await lake.publisher.intact([before, ref]), [true, false]);
    }
    const absent = { final: FINAL, absent: true, standing: version("v1", "one") } as const;
    await lake.publisher.replace([absent], []);
    await lake.publisher.revert([absent], []);
    assertEquals(await textAt(lake, FINAL), "one");
  });

  test("keeps a file whose bytes stay as they are, and puts it back as it stood", async (lake) => {
    const before = await published(lake, "one");
    const { change, ref } = await staged(lake, "one", { standing: version("v1", "one") });
    await lake.publisher.replace([change], [ref]);
    assert(await lake.publisher.recall({ ref: before, dataVersion: "v1", temporary: "_staging/8/recalled" }));
    await lake.publisher.revert([change], [ref]);
    assertEquals(await textAt(lake, FINAL), "one");
    const again = await staged(lake, "one", { standing: version("v2", "one") });
    await lake.publisher.revert([again.change], [again.ref]);
    assertEquals(await textAt(lake, FINAL), "one");
  });

  test("puts the same bytes in the place of damaged ones", async (lake) => {
    await published(lake, "one");
    await lake.store.write(FINAL, new TextEncoder().encode("bad"));
    const ref = await published(lake, "one", { standing: version("v1", "one") });
    assertEquals(await textAt(lake, FINAL), "one");
    assertEquals(await lake.publisher.intact([ref]), [true]);
  });

  test("keeps no other bytes under the name of a version", async (lake) => {
    const before = await published(lake, "one");
    await lake.store.write(FINAL, new TextEncoder().encode("bad"));
    await published(lake, "two", { standing: version("v1", "one") });
    assertEquals(await textAt(lake, FINAL), "two");
    assert(!await lake.publisher.recall({ ref: before, dataVersion: "v1", temporary: "_staging/8/none" }));
    assertEquals(await lake.store.list("aq_prod/_versions"), []);
  });

  test("reverts and removes nothing that another has written since", async (lake) => {
    await published(lake, "one");
    const { change, ref } = await staged(lake, "two", { standing: version("v1", "one") });
    await lake.publisher.replace([change], [ref]);
    await published(lake, "three", { standing: version("v2", "two") });
    await lake.publisher.revert([change], [ref]);
    assertEquals(await lake.publisher.remove([ref]), 0);
    assertEquals(await textAt(lake, FINAL), "three");
  });

  test("reverts to nothing where what was kept is damaged", async (lake) => {
    await published(lake, "one");
    await published(lake, "two", { standing: version("v1", "one") });
    const [kept] = await lake.store.list("aq_prod/_versions");
    await lake.store.write(kept!, new TextEncoder().encode("bad"));
    await lake.publisher.remove([refOf(FINAL, "two")]);
    const { change, ref } = await staged(lake, "three", { standing: version("v1", "one") });
    await lake.publisher.replace([change], [ref]);
    await lake.publisher.revert([change], [ref]);
    assertEquals(await textAt(lake, FINAL), undefined);
  });

  test("reverts to nothing where nothing stood", async (lake) => {
    const { change, ref } = await staged(lake, "one");
    await lake.publisher.replace([change], [ref]);
    await lake.publisher.revert([change], [ref]);
    assertEquals(await lake.store.list("aq_prod"), []);
  });

  test("says when a staged file is lost", async (lake) => {
    await published(lake, "one");
    const { change, ref } = await staged(lake, "two", { standing: version("v1", "one") });
    await lake.publisher.discard([change].map((put) => "temporary" in put ? put.temporary : ""));
    await assertRejects(
      () => lake.publisher.replace([change], [ref]),
      PublishError,
      `publishing "${FINAL}": `,
    );
    assertEquals(await textAt(lake, FINAL), "one");
  });

  test("knows whether files stand as recorded", async (lake) => {
    const ref = await published(lake, "one");
    const refs = [ref, { ...ref, size: 4 }, { ...ref, hash: "0".repeat(64) }, { ...ref, path: "zone/none" }];
    assertEquals(await lake.publisher.intact(refs), [true, false, false, false]);
    assertEquals(await lake.publisher.present(refs), [true, false, true, false]);
    assertEquals(await lake.publisher.present([{ ...ref, path: "aq_prod/marts" }]), [false]);
  });

  test("measures files where they stand, and leaves them there", async (lake) => {
    const ref = await published(lake, "one");
    assertEquals(await lake.publisher.found([ref.path, "zone/none", "aq_prod/marts"]), [
      ref,
      undefined,
      undefined,
    ]);
    assertEquals(await textAt(lake, FINAL), "one");
    await assertRejects(() => lake.publisher.found(["../out"]), TypeError);
  });

  test("discards and removes, with no error for what is gone", async (lake) => {
    const { publisher, store } = lake;
    const ref = await published(lake, "one");
    await store.write("_staging/1/a", new Uint8Array(1));
    for (let time = 0; time < 2; time++) {
      await publisher.discard(["_staging/1/a"]);
      assertEquals(await publisher.remove([ref]), time === 0 ? 1 : 0);
      assertEquals([...await store.list("_staging"), ...await store.list("aq_prod")], []);
    }
  });

  test("clears a folder of staged files, with no error for one that is gone", async ({ store, publisher }) => {
    for (const run of [1, 12]) await store.write(`_staging/${run}/a/b`, new Uint8Array(1));
    for (let time = 0; time < 2; time++) {
      await publisher.clear("_staging/1");
      assertEquals(await store.list("_staging"), ["_staging/12/a/b"]);
    }
  });

  test("refuses paths that lead out of the lake", async ({ store, publisher }) => {
    for (const path of ["../out", "/etc/passwd", "zone/../../out", "", "zone//a", "./a"]) {
      await assertRejects(() => store.write(path, new Uint8Array(1)), TypeError, "wanted one");
      await assertRejects(() => store.read(path), TypeError, "wanted one");
      await assertRejects(() => publisher.remove([{ path, size: 0, hash: "" }]), TypeError, "wanted one");
    }
  });
}
