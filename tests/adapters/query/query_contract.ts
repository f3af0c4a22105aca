import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type Binder,
  type ColumnType,
  type Definition,
  type FileRef,
  type LakeStorage,
  type Query,
  type QueryOptions,
  RefusedError,
  type TableDefinition,
  type ViewDefinition,
} from "../../../core/mod.ts";

/** A lake that can be queried; the files of its tables are what `published` answers. */
export interface QueryPlace extends AsyncDisposable {
  readonly storage: LakeStorage;
  readonly published: FileRef[];
  readonly query: Query;
  readonly binder: Binder;
}

const TABLE: TableDefinition = {
  type: "table",
  database: "aq_dev",
  name: "numbers",
  columns: [{ name: "n", type: "int64", nullable: false }],
  partitionColumns: [{ name: "part", type: "utf8", nullable: false }],
  format: "ndjson",
  location: "zone/numbers",
};

/** The contract of every query and every binder. */
export function queryContract(name: string, open: () => Promise<QueryPlace>): void {
  const test = (what: string, work: (place: QueryPlace) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      await using place = await open();
      await define(place, TABLE);
      await define(place, view("large", "SELECT n FROM numbers WHERE n > 1"));
      await put(place, "zone/numbers/part=a/1.json", '{"n":1}\n{"n":2}\n');
      await put(place, "zone/numbers/part=b/1.json", '{"n":3}\n');
      await work(place);
    });

  test("a table has the rows of its published files, and the columns of their paths", async (place) => {
    await place.storage.store.write("zone/numbers/part=c/1.json", new TextEncoder().encode('{"n":9}\n'));
    assertEquals(await answer(place, "SELECT * FROM aq_dev.numbers ORDER BY n"), [
      { n: 1, part: "a" },
      { n: 2, part: "a" },
      { n: 3, part: "b" },
    ]);
    assertEquals(await answer(place, "SELECT sum(n) AS total FROM aq_dev.large"), [{ total: 5 }]);
  });

  test("what is no reading statement over the catalog is refused", async (place) => {
    const refused = [
      "SELECT * FROM aq_dev.nothing",
      "DROP VIEW aq_dev.large",
      "SELECT 1; SELECT 2",
      "SELECT * FROM read_text('/etc/passwd')",
    ];
    for (const statement of refused) {
      const { message } = await assertRejects(() => answer(place, statement), RefusedError);
      assertEquals(message.includes("\n"), false);
    }
  });

  test("a view is bound over the catalog; its fault has a place", async ({ binder }) => {
    const signal = new AbortController().signal;
    assertEquals(await binder.bind(view("small", "SELECT n FROM numbers WHERE n < 2"), signal), undefined);
    const fault = await binder.bind(view("small", "SELECT\n  m FROM numbers"), signal);
    assertEquals([fault?.line, fault?.column], [2, 3]);
    const gone = await binder.bind(view("small", "SELECT * FROM nothing"), signal);
    assertMatch(gone!.message, /nothing/);
  });

  test("files are read as rows of a table that is in no catalog yet", async ({ binder, published }) => {
    const signal = new AbortController().signal;
    const fault = async (more: Partial<TableDefinition>) =>
      await binder.read({ ...TABLE, database: "new", ...more }, published, signal);
    assertEquals(await fault({}), undefined);
    const columns = (name: string, type: ColumnType) => [{ name, type, nullable: false }];
    assertMatch((await fault({ format: "json" }))!, /zone\/numbers\/part=[ab]\/1\.json/);
    assertMatch((await fault({ columns: columns("m", "int64") }))!, /"m"/);
    assertMatch((await fault({ partitionColumns: columns("part", "date32") }))!, /'[ab]'/);
    assertMatch((await fault({ partitionColumns: columns("day", "utf8") }))!, /"day"/);
    assertMatch((await fault({ format: "parquet" }))!, /zone\/numbers\/part=[ab]\/1\.json/);
  });
}

function view(name: string, statement: string): ViewDefinition {
  return { type: "view", database: "aq_dev", name, statement };
}

async function define(
  { storage: { catalog, publisher } }: QueryPlace,
  definition: Definition,
): Promise<void> {
  const staged = [await catalog.stage(definition, "_staging/1")];
  await publisher.replace(staged, await publisher.measure(staged));
}

async function put({ storage: { store }, published }: QueryPlace, path: string, text: string): Promise<void> {
  published.push({ path, ...await store.write(path, new TextEncoder().encode(text)) });
}

async function answer({ query }: QueryPlace, statement: string): Promise<unknown> {
  const options: QueryOptions = {
    format: "json",
    terminal: false,
    limits: { timeout: 60_000, memory: 4e9, rows: 100 },
    signal: new AbortController().signal,
    warn: () => {},
  };
  const parts = await Array.fromAsync(query.run(statement, options));
  return JSON.parse(await new Blob(parts as BlobPart[]).text());
}
