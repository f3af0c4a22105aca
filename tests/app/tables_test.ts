import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ProcessTables } from "../../app/tables/processes.ts";
import { damageIn, lineOf } from "../../app/tables/statement.ts";
import { Turns } from "../../app/tables/turns.ts";
import { BusyError, DamageError, RefusedError } from "../../core/mod.ts";

const never = new AbortController().signal;

/** Tables of a folder without a lake, in which statements are answered all the same. */
async function folder() {
  const cwd = await Deno.makeTempDir({ prefix: "airgraph-tables-" });
  const tables = new ProcessTables({
    env: {},
    cwd,
    entries: () => Promise.resolve([]),
    mask: (text) => text,
  });
  const ask = async (statement: string, format: "csv" | "json" = "json", signal = never) =>
    await new Response(await tables.ask(statement, { format, signal })).text();
  return { ask, tables, cwd, [Symbol.asyncDispose]: () => Deno.remove(cwd, { recursive: true }) };
}

Deno.test("a statement is answered by a process of its own, and refused in one line", async () => {
  await using made = await folder();
  assertEquals(
    await made.ask("-- a remark\nSELECT 1 AS one, 'a' || chr(10) AS two"),
    '[{"one":1,"two":"a\\n"}]\n',
  );
  assertEquals(await made.ask("SELECT 1 AS one", "csv"), "one\r\n1\r\n");
  const refused = await assertRejects(() => made.ask("COPY (SELECT 1) TO 'x'"), RefusedError);
  assertMatch(refused.message, /^running the statement: found COPY, wanted one SELECT, [^\n]*$/);
  const away = await assertRejects(() => made.ask("SELECT * FROM '/etc/passwd'"), RefusedError);
  assertMatch(away.message, /^[^\n]+$/);
});

Deno.test("a damaged file is handed over with its path, not only in words", async () => {
  await using made = await folder();
  const path = "_catalog/shop/tills.json";
  await Deno.mkdir(`${made.cwd}/lake-simulated/_catalog/shop`, { recursive: true });
  await Deno.writeTextFile(`${made.cwd}/lake-simulated/${path}`, "no definition");
  const damaged = await assertRejects(() => made.ask("SELECT * FROM shop.tills"), DamageError);
  assertEquals(damaged.path, path);
  assertMatch(damaged.message, /^reading "_catalog\/shop\/tills\.json": found no JSON, [^\n]*$/);
});

Deno.test("damage that takes many words, or is told in no JSON, is told all the same", () => {
  const path = "shop/tills.parquet";
  const line = lineOf(new DamageError(`found\n${"much ".repeat(50_000)}`, path));
  assert(line.length < 16 * 1024);
  assertMatch(line, /^[^\n]+$/);
  const { message, path: read } = damageIn(line);
  assertEquals([message.slice(0, 10), read], ["found much", path]);
  for (const said of [line.slice(0, 100), "out of memory", "null", "4"]) {
    assertEquals(damageIn(said), { message: said, path: undefined });
  }
});

Deno.test("a statement ends with who asked for it, and leaves its turn to others", async () => {
  await using made = await folder();
  const long = "SELECT count(*) FROM range(1000000000000)";
  const gone = new AbortController();
  const [first, second] = [made.ask(long, "json", gone.signal), made.ask(long, "json", gone.signal)];
  const third = made.ask("SELECT 1 AS one");
  const rejected = [first, second].map((each) => assertRejects(() => each, Error, "nobody waits"));
  gone.abort(new Error("nobody waits"));
  await Promise.all(rejected);
  assertEquals(await third, '[{"one":1}]\n');
});

Deno.test("an answer that takes too long is ended, without a hint of flags", async () => {
  await using made = await folder();
  const asked = made.tables.ask("SELECT count(*) FROM range(1000000000000)", {
    format: "json",
    signal: never,
    timeout: 1_000,
  });
  await assertRejects(
    () => asked,
    RefusedError,
    "running the statement: found no end after 1 s, wanted less",
  );
  const { message } = await asked.catch((error) => error);
  assertMatch(message, /wanted less$/);
});

Deno.test("who gets no turn is told when to ask again, and turns are given back once", async () => {
  const turns = new Turns(1);
  const [first, second] = [await turns.take(never), await turns.take(never)];
  const busy = await assertRejects(() => turns.take(never), BusyError, "found 2 others at work");
  assertEquals(busy.after, 5_000);
  const gone = new AbortController();
  const left = turns.take(gone.signal);
  gone.abort(new Error("gone"));
  await assertRejects(() => left, Error, "gone");
  first();
  first();
  const third = await turns.take(never);
  await assertRejects(() => turns.take(never), BusyError);
  second();
  third();
});
