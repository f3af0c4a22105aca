import { assertEquals, assertRejects } from "@std/assert";
import { Database, type Queries } from "../../adapters/state/postgres/database.ts";
import { StateError } from "../../core/mod.ts";
import { ownSchema } from "./harness.ts";

Deno.test("a database: who stops in a transaction holds nothing any more after a while, and wrote nothing", async () => {
  await using schema = await ownSchema();
  await schema.run("CREATE TABLE held (a int)");
  const pause = async (url: string) => {
    const db = new Database(url);
    const name = "idle_in_transaction_session_timeout";
    return await db.get<Record<string, string>>(`SHOW ${name}`).finally(() => db.close()).then((row) =>
      row?.[name]
    );
  };
  assertEquals(await pause(schema.url), "20s");
  const db = new Database(`${schema.url}&idle_in_transaction_session_timeout=50`);
  try {
    const over = Promise.withResolvers<void>();
    const stopped = async (transaction: Queries) => {
      await transaction.run("LOCK TABLE held");
      await schema.run("INSERT INTO held VALUES (1)");
      over.resolve();
      await transaction.run("INSERT INTO held VALUES (2)");
    };
    await assertRejects(() => db.write(stopped), StateError, "the connection to");
    await over.promise;
    assertEquals(await db.all("SELECT a FROM held"), [{ a: 1 }]);
  } finally {
    await db.close();
  }
});
