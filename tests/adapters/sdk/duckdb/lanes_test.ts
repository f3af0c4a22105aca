import { assertEquals, assertRejects } from "@std/assert";
import { DuckDB } from "../../../../adapters/sdk/duckdb/session.ts";

const { signal } = new AbortController();

async function threads(db: DuckDB): Promise<number> {
  const found = await db.session(signal, (session) => session.rows("SELECT current_setting('threads') AS n"));
  return Number(found[0]!.n);
}

Deno.test("statements have a thread each while lanes are at work, and then as many as before", async () => {
  const db = new DuckDB({ threads: 3 });
  const within: number[] = [];
  await db.lanes(signal, async () => {
    within.push(await threads(db));
    await db.lanes(signal, async () => {});
    within.push(await threads(db));
  });
  assertEquals([within, await threads(db)], [[1, 1, 1, 1, 1, 1], 3]);
  await assertRejects(() => db.lanes(signal, () => Promise.reject(new Error("refused"))), Error, "refused");
  assertEquals(await threads(db), 3);
  await db.close();
});
