import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-05"];
const DEAF = ["--graph", fromFileUrl(new URL("./deaf_graph.ts", import.meta.url))];

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} cancels: the run is marked, its claims end, nothing stays staged`, async () => {
    await using server = new Server({ latency: 200 });
    await using place = await Place.make(server.env);
    const program = place.start(COMMAND);
    await until("requests for measurements", () => server.requests > 6);
    assert(program.signal(signal));
    const { code, stdout, stderr } = await program.ended;
    assertEquals({ code, stderr }, { code: 130, stderr: "" }, stdout);
    const [run] = await place.ask(["runs"]);
    assertEquals(run.status, "cancelled");
    assertEquals(await leftovers(place), []);

    const again = await place.run(COMMAND);
    assertEquals({ code: again.code, stderr: again.stderr }, { code: 0, stderr: "" });
    assert(!again.stdout.includes("interrupted"), again.stdout);
    assertEquals(await place.ask(["plan", ...COMMAND.slice(1)]), { steps: [] });
  });
}

Deno.test("SIGINT sent on and on ends at once what does not listen, and the next run goes on at once", async () => {
  await using place = await Place.make({});
  const waiting = `${place.folder}/waiting`;
  const program = place.start(["materialize", ...DEAF], { env: { DEAF_FILE: waiting } });
  await until("the check that waits", () => stands(waiting));
  await until("its end", () => !program.signal("SIGINT"));
  assertEquals((await program.ended).code, 130);

  const again = await place.run(["materialize", ...DEAF]);
  assertEquals({ code: again.code, stderr: again.stderr }, { code: 0, stderr: "" });
  const [newest, before] = await place.ask(["runs"]);
  assertEquals(newest.status, "succeeded");
  assert(["cancelled", "interrupted"].includes(before.status), before.status);
});

function stands(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}
