import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { DuckDBEngine } from "../../../../adapters/engine/duckdb/engine.ts";
import { inputStatement } from "../../../../adapters/engine/duckdb/input_table.ts";
import { unpacked } from "../../../../adapters/engine/duckdb/unpacked.ts";
import { localStorage } from "../../../../app/storage.ts";
import { DuckDB } from "../../../../adapters/sdk/duckdb/session.ts";
import type { Column } from "../../../../core/mod.ts";
import { rowsOf } from "../../../assets/dump/independent.ts";

const ABC: readonly Column[] = ["a", "b", "c"].map((name) => ({ name, type: "utf8", nullable: true }));

class Files implements AsyncDisposable {
  private constructor(readonly root: string, readonly db: DuckDB) {}

  static async open(): Promise<Files> {
    const root = await Deno.makeTempDir();
    return new Files(root, new DuckDB({ temporaryFolder: root }));
  }

  async put(path: string, content: string | Uint8Array, partition: string | null = null) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${this.root}/${path}`, bytes);
    return { ref: { path, size: bytes.length, hash: hash("sha256", bytes) }, partition };
  }

  async unpacked(files: readonly Awaited<ReturnType<Files["put"]>>[]) {
    return await unpacked(
      [{ columns: ABC, format: "csv", files }],
      this.root,
      `${this.root}/${crypto.randomUUID()}`,
    );
  }

  async read(files: readonly Awaited<ReturnType<Files["put"]>>[]) {
    const { paths } = await this.unpacked(files);
    const statement = inputStatement(this.root, { columns: ABC, format: "csv", files }, paths);
    return await this.db.session(
      new AbortController().signal,
      (session) => session.rows(`FROM (${statement}) ORDER BY file, file_row`),
    );
  }

  /** The rows of one file, as arrays; a row that is no record as its text. */
  async rows(content: string | Uint8Array, path = "one.csv") {
    const rows = await this.read([await this.put(path, content)]);
    return rows.map(({ a, b, c, unparsed }) => unparsed ?? [a, b, c]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.close();
    await Deno.remove(this.root, { recursive: true });
  }
}

const READ: readonly (readonly [string, string, readonly unknown[]])[] = [
  ["plain lines", "a,b,c\n1,2,3\n4,5,6", [["1", "2", "3"], ["4", "5", "6"]]],
  ["a header alone", "a,b,c\n", []],
  ["a byte order mark and CRLF", "\ufeffa,b,c\r\n1,2,3\r\n", [["1", "2", "3"]]],
  ["line ends of every kind", "a,b,c\n1,2,3\r\n4,5,6\r7,8,9", [["1", "2", "3"], ["4", "5", "6"], [
    "7",
    "8",
    "9",
  ]]],
  ["columns in another order", 'c,"a",b\n3,1,2\n"x,y",7,"8"\n9,,"q""q"\n', [
    ["1", "2", "3"],
    ["7", "8", "x,y"],
    [null, 'q"q', "9"],
  ]],
  ["blank lines", "\na,b,c\n\n1,2,3\n\n\n", [["1", "2", "3"]]],
  ["empty fields, quoted or not", 'a,b,c\n,"",\n,,\n', [[null, null, null], [null, null, null]]],
  ["too few and too many fields", "a,b,c\n1,2\n1,2,3,4\n1,2,3\n", ["1,2", "1,2,3,4", ["1", "2", "3"]]],
  ["quotes", 'a,b,c\n"1,1","2""2",3\n1,2,"[{""x"": 1}, {}]"\n', [["1,1", '2"2', "3"], [
    "1",
    "2",
    '[{"x": 1}, {}]',
  ]]],
  ["stray quotes", 'a,b,c\n1,2"2,3\n1,"2"2,3\n1, "2",3\n4,5,6\n', ['1,2"2,3', '1,"2"2,3', '1, "2",3', [
    "4",
    "5",
    "6",
  ]]],
  ["a line break within a field", 'a,b,c\n1,"2\n\n2",3\n4,5,"6\r\n6"\n7,8,9\n', [
    ["1", "2\n2", "3"],
    ["4", "5", "6\n6"],
    ["7", "8", "9"],
  ]],
  ["a quote that is never closed", 'a,b,c\n1,"2,3\n4,5,6\n7,8,9\n', ['1,"2,3', ["4", "5", "6"], [
    "7",
    "8",
    "9",
  ]]],
  ["a quote that a later one would close wrongly", 'a,b,c\n1,"2,3\n4,"5",6\n7,8,9\n', [
    '1,"2,3',
    ["4", "5", "6"],
    ["7", "8", "9"],
  ]],
  ["two fields that share a line", 'a,b,c\n1,2,"x\ny"\n"z\n",5,"6\n6"\n', [
    ["1", "2", "x\ny"],
    ["z\n", "5", "6\n6"],
  ]],
  ["odd characters", "a,b,c\n\0,\x01,# \\\n", [["\0", "\x01", "# \\"]]],
  ["the header once more", "a,b,c\n1,2,3\na,b,c\n", [["1", "2", "3"], ["a", "b", "c"]]],
];

for (const [what, text, wanted] of READ) {
  Deno.test(`CSV keeps every row: ${what}`, async () => {
    await using files = await Files.open();
    assertEquals(await files.rows(text), wanted);
    assertEquals(await files.rows(gzipSync(text), "one.csv.gz"), wanted);
  });
}

const PIECE = fc.constantFrom(
  "a",
  ",",
  '"',
  '""',
  '","',
  ',"',
  '",',
  "\n",
  "\r\n",
  "\r",
  "x,y",
  '"q"',
  "é",
  "1,2,3\n",
  '1,2,"3\n3"\n',
);

Deno.test("CSV of any text has the rows that a reader of single characters finds", async () => {
  await using files = await Files.open();
  await fc.assert(
    fc.asyncProperty(fc.array(PIECE, { maxLength: 24 }), async (pieces) => {
      const text = `a,b,c\n${pieces.join("")}`;
      const wanted = rowsOf(text, ["a", "b", "c"]).map(({ fields, text }) =>
        fields?.map((field) => field === "" ? null : field) ?? text
      );
      assertEquals(await files.rows(text), wanted);
    }),
    { numRuns: 100 },
  );
});

Deno.test("the lines of CSV of any text are as many on its bytes, packed or not, as its records have", async () => {
  await using files = await Files.open();
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(PIECE, { maxLength: 24 }), async (marked, pieces) => {
      const text = `${marked ? "\uFEFF" : ""}a,b,c\n${pieces.join("")}`;
      const given = [
        await files.put("x.csv", text, "plain"),
        await files.put("y.csv.gz", gzipSync(text), "packed"),
      ];
      const { lines } = await files.unpacked(given);
      const rows = await files.read(given);
      const linesOf = (name: string) =>
        rows.filter(({ file }) => file === name).reduce((sum, { file_lines }) => sum + Number(file_lines), 0);
      assertEquals(Object.fromEntries(lines), {
        plain: linesOf("x.csv"),
        packed: linesOf("y.csv.gz"),
      });
      assertEquals(linesOf("x.csv"), linesOf("y.csv.gz"));
    }),
    { numRuns: 60 },
  );
});

Deno.test("CSV rows say which file they are of, and on which line they begin", async () => {
  await using files = await Files.open();
  const given = [
    await files.put("x.csv", 'a,b,c\n1,2,"3\n3"\n4,5\n'),
    await files.put("y.csv.gz", gzipSync("b,a,c\n2,1,3\n")),
  ];
  assertEquals(
    (await files.read(given)).map(({ file, file_row, a }) => [file, Number(file_row), a]),
    [["x.csv", 2, "1"], ["x.csv", 4, null], ["y.csv.gz", 2, "1"]],
  );
});

const whole = gzipSync(`a,b,c\n${"1,2,3\n".repeat(5000)}`);
const wrongSum = whole.slice();
wrongSum[wrongSum.length - 6]! ^= 0xff;

const UNREADABLE: readonly (readonly [string, string, string | Uint8Array, RegExp])[] = [
  ["is empty", "2.csv", "", /found nothing, wanted a line of columns/],
  ["has no header", "2.csv", "1,2,3\n", /found the columns 1,2,3, wanted a,b,c/],
  ["lacks a column", "2.csv", "a,b\n1,2\n", /found the columns a,b, wanted a,b,c/],
  ["has one column too many", "2.csv", "a,b,c,d\n1,2,3,4\n", /found the columns a,b,c,d, wanted a,b,c/],
  [
    "is not UTF-8",
    "2.csv",
    new Uint8Array([97, 44, 98, 44, 99, 10, 0xff, 44, 44, 10]),
    /: line 2 is no UTF-8, wanted UTF-8$/,
  ],
  [
    "has an endless line",
    "2.csv",
    `a,b,c\n1,2,${"3".repeat(2_500_000)}\n`,
    /: line 2 is too long, wanted at most 2000000 bytes$/,
  ],
  [
    "is a gzip file that ends early",
    "2.csv.gz",
    whole.slice(0, whole.length - 9),
    /unexpected end of file, wanted a whole gzip file/,
  ],
  [
    "is a gzip file of a wrong checksum",
    "2.csv.gz",
    wrongSum,
    /incorrect data check, wanted a whole gzip file/,
  ],
  ["is no gzip file", "2.csv.gz", "a,b,c\n", /wanted a whole gzip file/],
];

for (const [what, path, content, reason] of UNREADABLE) {
  Deno.test(`a CSV file that ${what} fails its partition alone, and is named`, async () => {
    await using files = await Files.open();
    const engine = new DuckDBEngine({
      db: files.db,
      workspace: localStorage(files.root).workspace,
      statement: () => Promise.resolve("SELECT *, left(file, 1) AS part, true AS written FROM lines"),
    });
    const inputs = [
      await files.put("1.csv", "a,b,c\n1,2,3\n", "1"),
      await files.put(path, content, "2"),
      await files.put("3.csv.gz", gzipSync("a,b,c\n1,2,3\n4,5,6\n"), "3"),
    ];
    const transform = {
      name: "lines",
      inputs: { lines: { columns: ABC, format: "csv" as const, files: inputs } },
      columns: ABC,
      sort: ["file_row"],
      partition: "part",
      counts: [],
      written: "written",
      outputs: ["1", "2", "3"].map((partition) => ({ partition, temporary: `out/${partition}.parquet` })),
    };
    const done = await engine.transform(transform, new AbortController().signal);
    assertEquals(done.map((each) => each.status === "done" ? each.rows : "failed"), [1, "failed", 2]);
    const said = done[1]!.status === "failed" ? done[1]!.reason : "";
    assertMatch(said, reason);
    assertEquals(said.startsWith(`reading "${path}": `), true, said);
  });
}

Deno.test("a table of no CSV files is empty, with all its columns", async () => {
  await using files = await Files.open();
  assertEquals(await files.read([]), []);
  await assertRejects(() => files.rows("no columns"));
});
