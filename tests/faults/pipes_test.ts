import { assertEquals, assertStringIncludes } from "@std/assert";
import { contentOf, filesBelow } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

/** Who waits for a pipe waits for ever. */
const SOON = { most: 120_000 };
const MATERIALIZE = ["materialize", ...RANGE];
const ROLLBACK = ["rollback", "vietnam/prod_mart", "--partition", "2024-03-02"];
const REBUILD = ["state", "rebuild", "--force"];
const INSPECT = ["inspect", "SELECT count(*) FROM prod_db.vietnam"];

async function makePipe(path: string): Promise<void> {
  await Deno.remove(path);
  await new Deno.Command("mkfifo", { args: [path] }).output();
}

Deno.test("a pipe in the place of a lake's mark is a damaged mark to every command, and is mended like one", async () => {
  await using server = fixedServer();
  await using place = await Place.make(server.env);
  assertEquals((await place.run(MATERIALIZE)).code, 0);
  await makePipe(`${place.lake}/_airgraph.json`);
  for (
    const command of [["status"], ["plan"], ["doctor"], ["prune"], MATERIALIZE, ROLLBACK, REBUILD, INSPECT]
  ) {
    const { code, stderr } = await place.run(command, SOON);
    assertEquals(code, command[0] === "doctor" ? 1 : 2, `${command.join(" ")}: ${stderr}`);
    assertStringIncludes(stderr, 'found no lake\'s identity, wanted one: "doctor --repair" writes it anew');
  }
  assertEquals((await place.run(["doctor", "--repair"], SOON)).code, 0);
  assertStringIncludes((await place.run(MATERIALIZE, SOON)).stdout, "nothing to do");
});

Deno.test("a pipe in the place of an answer that a killed run was given is no answer: it is asked for anew", async () => {
  await using server = new Server({ latency: 20 });
  await using place = await Place.make(server.env);
  const command = ["materialize", "--from", "2024-03-01", "--to", "2024-03-31"];
  const killed = place.start(command);
  await until("requests", () => killed.over || server.requests >= 20);
  killed.signal("SIGKILL");
  await killed.ended;
  const answers = [...filesBelow(`${place.lake}/_staging/answers`)].filter((path) =>
    !/wanted|asking/.test(path)
  );
  assertEquals(answers.length > 5, true, answers.join("\n"));
  for (const path of answers) await makePipe(path);
  const { code, stderr } = await place.run(command, SOON);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  await using other = await Place.make(server.env);
  assertEquals((await other.run(command)).code, 0);
  assertEquals(await contentOf(place), await contentOf(other));
});
