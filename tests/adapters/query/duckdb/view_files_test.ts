import { assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { lockViews, viewFiles } from "../../../../adapters/query/duckdb/view_files.ts";
import { RefusedError } from "../../../../core/mod.ts";
import { DuckDB } from "../../../../adapters/sdk/duckdb/session.ts";

/** A folder like `sql` with these views, and a DuckDB. */
async function withViews(
  views: Readonly<Record<string, string>>,
  body: (folder: string, db: DuckDB) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const db = new DuckDB({ temporaryFolder: `${folder}/spilled` });
  try {
    await Deno.mkdir(`${folder}/views/own`, { recursive: true });
    for (const [name, text] of Object.entries(views)) {
      await Deno.writeTextFile(`${folder}/views/own/${name}`, text);
    }
    await body(folder, db);
  } finally {
    await db.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Fails if it is used. */
const NO_DUCKDB = {
  session: () => Promise.reject(new Error("DuckDB was started")),
} as unknown as DuckDB;

Deno.test("what views read is found by the parser, or known by their text", () =>
  withViews(
    {
      "a.sql": "SELECT date_add('hour', 7, datetime) FROM vietnam WHERE 'FROM nothing' <> ''",
      "b.sql": "WITH a2 AS (SELECT * FROM a) SELECT * FROM a2 JOIN vietnam ON true JOIN a ON true",
      "notes.md": "no view",
    },
    async (folder, db) => {
      const reads = async (db: DuckDB) =>
        (await viewFiles(folder, "own", db)).map(({ name, reads }) => [name, reads]);
      const expected = [["a", ["vietnam"]], ["b", ["a", "vietnam"]]];
      assertEquals(await reads(db), expected);
      await assertRejects(() => reads(NO_DUCKDB), Error, "DuckDB was started");
      await Deno.writeTextFile(`${folder}/views.lock.json`, JSON.stringify(await lockViews(folder, db)));
      assertEquals(await reads(NO_DUCKDB), expected);
      await Deno.writeTextFile(`${folder}/views/own/b.sql`, "SELECT 1");
      await assertRejects(() => reads(NO_DUCKDB), Error, "DuckDB was started");
      assertEquals(await reads(db), [["a", ["vietnam"]], ["b", []]]);
      await Deno.writeTextFile(`${folder}/views.lock.json`, "broken");
      assertEquals(await reads(db), [["a", ["vietnam"]], ["b", []]]);
    },
  ));

Deno.test("a view that does not parse, or reads a file, is one all the same: its binding fails", () =>
  withViews(
    { "a.sql": "SELEC 1", "b.sql": "SELECT * FROM 'x.parquet'", "c.sql": "SELECT * FROM vietnam" },
    async (folder, db) => {
      const found = (await viewFiles(folder, "own", db)).map(({ name, reads }) => [name, reads]);
      assertEquals(found, [["a", []], ["b", []], ["c", ["vietnam"]]]);
    },
  ));

Deno.test("a table that a view's own WITH shadows is read nevertheless", () =>
  withViews(
    {
      "a.sql": "WITH vietnam AS (SELECT * FROM vietnam), b AS (SELECT 1) SELECT * FROM vietnam, b",
      "b.sql":
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT (WITH c AS (FROM t) FROM c)",
    },
    async (folder, db) => {
      const found = (await viewFiles(folder, "own", db)).map(({ name, reads }) => [name, reads]);
      assertEquals(found, [["a", ["vietnam"]], ["b", []]]);
    },
  ));

Deno.test("a file whose name can be no view's is refused by its name", () =>
  withViews({ "a b.sql": "SELECT 1" }, async (folder, db) => {
    await assertRejects(
      () => viewFiles(folder, "own", db),
      RefusedError,
      'found the file "sql/views/own/a b.sql"',
    );
  }));

Deno.test("the project's own views are known without DuckDB: `deno task lock` writes what they read", () =>
  withViews({}, async (_, db) => {
    const sql = fromFileUrl(new URL("../../../../sql", import.meta.url));
    const lock = JSON.parse(await Deno.readTextFile(`${sql}/views.lock.json`));
    assertEquals(lock, await lockViews(sql, db));
    const views = await viewFiles(sql, "vietnam", NO_DUCKDB);
    assertEquals(views.map(({ name }) => name), [
      "city_by_hour",
      "city_pm25_by_day",
      "pm25_alerts",
      "pm25_by_day",
    ]);
  }));
