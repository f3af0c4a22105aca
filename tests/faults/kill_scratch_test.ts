import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

const DAY = ["--from", "2024-03-01", "--to", "2024-03-01"];
const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("an engine's scratch folder stays while a run is at work, and goes once that was killed", async () => {
  await using server = new Server();
  await using place = await Place.make(server.env);
  let held = 0;
  const never = Promise.withResolvers<void>();
  server.fault = async (request) => {
    if (request.url.includes("datetime_from=2024-03")) {
      held++;
      await never.promise;
    }
    return await server.honest(request);
  };
  const run = place.start(["materialize", ...DAY]);
  await until("the day's questions", () => held > 0 || run.over);
  assertEquals(run.over, false);
  // As DuckDB makes it, once something does not fit into memory.
  const scratch = join(place.lake, "_staging", "duckdb-1-0c5a");
  await Deno.mkdir(scratch);
  await Deno.writeFile(join(scratch, "duckdb_temp_storage_DEFAULT-0.tmp"), new Uint8Array(1_000));

  assertStringIncludes((await place.run(["prune"])).stdout, "0 staging folders removed");
  assert(await isThere(scratch));

  Deno.kill(run.pid, "SIGKILL");
  await run.ended;
  never.resolve();
  const dry = await place.run(["prune", "--dry-run"]);
  assertEquals([dry.code, await isThere(scratch)], [0, true]);
  const pruned = await place.run(["prune"]);
  assertEquals([pruned.code, await isThere(scratch)], [0, false]);
});
