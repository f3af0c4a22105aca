import { assertEquals } from "@std/assert";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns } from "./kills.ts";
import { Place } from "./place.ts";
import { WITHOUT_RIGHTS } from "./processes.ts";

Deno.test("who may only read a lake and its state looks at both", async () => {
  await using server = fixedServer();
  await using place = await Place.make(server.env);
  await assertRuns(place, ["materialize", ...RANGE], "at first");
  const within = WITHOUT_RIGHTS;
  const folder = place.state.slice(0, place.state.lastIndexOf("/"));
  await Deno.chmod(place.state, 0o444);
  await Deno.chmod(folder, 0o555);
  try {
    for (const command of [["status", ...RANGE], ["plan", ...RANGE], ["runs"]]) {
      const { code, stderr } = await place.run(command, { within });
      assertEquals({ code, stderr }, { code: 0, stderr: "" }, command[0]);
    }
    const { code, json } = await place.run([
      "inspect",
      "SELECT count(*) > 0 AS rows FROM prod_db.vietnam",
      "--json",
    ], { within });
    assertEquals({ code, json }, { code: 0, json: [{ rows: true }] });
  } finally {
    await Deno.chmod(folder, 0o755);
  }
});
