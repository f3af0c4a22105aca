import { gzipSync } from "node:zlib";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type Column,
  type Engine,
  EngineError,
  type FileRef,
  type InputFile,
  type LakeStorage,
  type Question,
  type Transform,
} from "../../../core/mod.ts";

/** A lake, and an engine over it that runs programs by their texts. */
export interface EnginePlace extends AsyncDisposable {
  readonly storage: LakeStorage;
  readonly engine: Engine;
}

const NUMBERS: readonly Column[] = [
  { name: "part", type: "utf8", nullable: false },
  { name: "n", type: "int64", nullable: false },
];
const WRITTEN: readonly Column[] = [{ name: "n", type: "int64", nullable: false }];

/** Programs by name, for whoever opens an engine. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  even: "SELECT part, n, n % 2 = 0 AS written, 1::BIGINT AS seen FROM numbers",
};

const signal = new AbortController().signal;

/** The contract of every engine. */
export function engineContract(name: string, open: () => Promise<EnginePlace>): void {
  const test = (what: string, work: (place: EnginePlace) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using place = await open();
      await work(place);
    });

  test("a program's rows are staged sorted, a file for each partition, and counted", async (place) => {
    const files = [await numbers(place, "a", [6, 4, 5, 2]), await numbers(place, "b", [1, 3])];
    const done = await place.engine.transform(even(files), signal);
    const told = done.map((each) =>
      each.status === "done" ? [each.partition, each.rows, each.counts.seen] : each
    );
    assertEquals(told, [["a", 3, 4], ["b", 0, 2], ["c", 0, 0]]);
    const written = done.map((each) => each.status === "done" ? each.written : undefined);
    assertEquals([written[1], written[2]], [undefined, undefined]);
    assertEquals(await place.storage.store.list("_staging"), ["_staging/1/a.parquet"]);
    const staged = { path: "_staging/1/a.parquet", ...written[0]! };
    assertEquals(await place.storage.publisher.intact([staged]), [true]);
    assertEquals(await rowsOf(place, staged), [
      { n: 2, file: "_staging/1/a.parquet", file_row: 0 },
      { n: 4, file: "_staging/1/a.parquet", file_row: 1 },
      { n: 6, file: "_staging/1/a.parquet", file_row: 2 },
    ]);
  });

  test("a file that is gone or altered fails its partition alone, and is named", async (place) => {
    const { storage } = place;
    const files = await Promise.all(["a", "b", "c"].map((part) => numbers(place, part, [2])));
    await storage.publisher.remove([files[0]!.ref]);
    await storage.store.write(files[1]!.ref.path, new TextEncoder().encode('{"part":"b","n":8}\n'));
    const done = await place.engine.transform(even(files), signal);
    assertEquals(done.map(({ status }) => status), ["failed", "failed", "done"]);
    for (const [i, { ref }] of files.slice(0, 2).entries()) {
      const failed = done[i]!;
      assertMatch(failed.status === "failed" ? failed.reason : "", new RegExp(`^reading "${ref.path}": .+`));
    }
  });

  test("many packed files are read to the last row, whether or not their last lines end", async (place) => {
    const files = await packed(place, (i) => i === 7 ? "" : `${line(i)}${i % 2 === 0 ? "\n" : ""}`);
    const done = await place.engine.transform(even(files), signal);
    const told = done.map((each) => each.status === "done" ? [each.rows, each.counts.seen] : each);
    assertEquals(told, [[7, 14], [6, 12], [7, 13]]);
  });

  test("a file of two gzip files in a row is read to the last row, whatever its size", async (place) => {
    // DuckDB reads 32 KiB at a time, and takes what is left for none where the first one ends close to that.
    const files = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
      const first = stored(`${line(i)}\n`);
      const text = "a".repeat((32 << 10) + i - 2 * first.length);
      const second = stored(`${JSON.stringify({ part: "abc"[i % 3], n: i, text })}\n`);
      return await written(place, i, new Uint8Array([...first, ...second]));
    }));
    const read = async (files: readonly InputFile[]) => {
      const done = await place.engine.transform(even(files), signal);
      return done.map((each) => each.status === "done" ? each.counts.seen : each);
    };
    assertEquals(await read(files), [28, 26, 26]);
    const inputs = { numbers: { columns: NUMBERS, format: "ndjson" as const, files: files.slice(0, 20) } };
    const question = { name: "rows", statement: "SELECT count(*) AS rows FROM numbers", inputs };
    assertEquals(await place.engine.query(question, signal), [{ rows: 40 }]);
    assertEquals(
      await Promise.all(files.map((file) => read([file]))),
      files.map((_, i) => [0, 1, 2].map((part) => i % 3 === part ? 2 : 0)),
    );
  });

  test("of many packed files one that is gone, altered or no lines fails its partition alone", async (place) => {
    const { storage: { publisher, store }, engine } = place;
    const ends = (i: number) => i === 30 ? `{"part":"a","n":` : `${line(i)}\n`;
    for (const damage of ["gone", "altered", "no lines"] as const) {
      const files = await packed(place, damage === "no lines" ? ends : (i) => `${line(i)}\n`);
      const { ref } = files[30]!;
      if (damage === "gone") await publisher.remove([ref]);
      if (damage === "altered") await store.write(ref.path, await gzip(`${line(33)}\n`));
      const [a, b, c] = await engine.transform(even(files), signal);
      assertMatch(a?.status === "failed" ? a.reason : "", new RegExp(`^reading "${ref.path}": .+`), damage);
      assertEquals([b?.status, c?.status], ["done", "done"], damage);
    }
  });

  test("a file that no partition can do without fails them all", async (place) => {
    const { ref } = await numbers(place, "a", [2]);
    await place.storage.publisher.remove([ref]);
    const error = await assertRejects(
      () => place.engine.transform(even([{ ref, partition: null }]), signal),
      EngineError,
    );
    assertMatch(error.message, new RegExp(`^reading "${ref.path}": `));
  });

  test("a file fails those that read it; what nobody is known to read is not left out", async (place) => {
    const files = await Promise.all(["a", "b", "c"].map((part) => numbers(place, part, [2])));
    const broken = await numbers(place, "a-1", [2]);
    await place.storage.publisher.remove([broken.ref]);
    const transform = even([...files, broken]);
    const done = await place.engine.transform(
      { ...transform, readers: () => new Map([["a-1", ["a", "c"]]]) },
      signal,
    );
    assertEquals(done.map(({ status }) => status), ["failed", "done", "failed"]);
    const error = await assertRejects(() => place.engine.transform(transform, signal), EngineError);
    assertMatch(error.message, new RegExp(`^reading "${broken.ref.path}": `));
  });

  test("files are described by their columns, or by why they cannot be read", async (place) => {
    await place.engine.transform(even([await numbers(place, "a", [2])]), signal);
    const [whole] = await place.storage.publisher.found(["_staging/1/a.parquet"]);
    const broken = {
      path: "_staging/1/broken",
      ...await place.storage.store.write("_staging/1/broken", new Uint8Array(100)),
    };
    const [one, other] = await place.engine.describe([whole!, broken], signal);
    assertEquals(one, { status: "read", columns: [{ name: "n", type: "int64" }] });
    assertMatch(other?.status === "failed" ? other.reason : "", /^reading "_staging\/1\/broken": /);
  });

  test("rows by value are a table like others", async ({ engine }) => {
    const rows = [{ part: "a", n: 1 }, { part: "it's", n: 2 }];
    const inputs = { numbers: { columns: NUMBERS, rows } };
    const question = { name: "rows", statement: "SELECT part, n FROM numbers ORDER BY n", inputs };
    assertEquals(await engine.query(question, signal), rows);
  });

  test("an aborted signal ends the work with its reason", async (place) => {
    const reason = new Error("enough");
    const transform = even([await numbers(place, "a", [2])]);
    const found = await place.engine.transform(transform, AbortSignal.abort(reason)).catch((error) => error);
    assertEquals(found, reason);
  });
}

async function numbers({ storage: { store } }: EnginePlace, part: string, values: readonly number[]) {
  const path = `zone/${part}.json`;
  const lines = values.map((n) => `${JSON.stringify({ part, n })}\n`).join("");
  const ref: FileRef = { path, ...await store.write(path, new TextEncoder().encode(lines)) };
  return { ref, partition: part };
}

const PACKED = 40;

/** The line of the file of a place: its number, of the partitions in turn. */
function line(i: number): string {
  return JSON.stringify({ part: "abc"[i % 3], n: i });
}

async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A gzip file of a text as it is, so that its size is known. */
function stored(text: string): Uint8Array {
  return gzipSync(text, { level: 0 });
}

async function packed(place: EnginePlace, text: (i: number) => string) {
  return await Promise.all(
    Array.from({ length: PACKED }, async (_, i) => await written(place, i, await gzip(text(i)))),
  );
}

/** The packed file of a place, written. */
async function written({ storage: { store } }: EnginePlace, i: number, bytes: Uint8Array) {
  const path = `zone/${i}.json.gz`;
  const ref: FileRef = { path, ...await store.write(path, bytes) };
  return { ref, partition: "abc"[i % 3]! };
}

function even(files: readonly { readonly ref: FileRef; readonly partition: string | null }[]): Transform {
  return {
    name: "even",
    inputs: { numbers: { columns: NUMBERS, format: "ndjson", files } },
    columns: WRITTEN,
    sort: ["n"],
    partition: "part",
    counts: ["seen"],
    written: "written",
    outputs: ["a", "b", "c"].map((partition) => ({
      partition,
      temporary: `_staging/1/${partition}.parquet`,
    })),
  };
}

async function rowsOf({ engine }: EnginePlace, ref: FileRef) {
  const question: Question = {
    name: "rows",
    statement: "SELECT * FROM staged ORDER BY file_row",
    inputs: { staged: { columns: WRITTEN, format: "parquet", files: [{ ref, partition: null }] } },
  };
  return await engine.query(question, signal);
}
