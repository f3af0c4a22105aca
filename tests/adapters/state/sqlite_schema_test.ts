import { assert, assertFalse } from "@std/assert";
import { Database } from "../../../adapters/state/sqlite/database.ts";
import { isPresent, migrate } from "../../../adapters/state/sqlite/schema.ts";

Deno.test("who looks at a state while another process makes it does not take it for another program's", async () => {
  const folder = await Deno.makeTempDir({ prefix: "airgraph-schema-" });
  const path = `${folder}/state.sqlite`;
  const [looking, making] = [new Database(path), new Database(path)];
  try {
    looking.exec("PRAGMA journal_mode = WAL");
    let made: Promise<void> | undefined;
    const meeting = new Proxy(looking, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const answer = value.apply(target, args);
          if (String(args[0]).includes("application_id")) made ??= migrate(making, path);
          return answer;
        };
      },
    });
    assertFalse(isPresent(meeting, path));
    await made;
    assert(made !== undefined && isPresent(looking, path));
  } finally {
    looking.close();
    making.close();
    await Deno.remove(folder, { recursive: true });
  }
});
