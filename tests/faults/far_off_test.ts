import { assert, assertEquals, assertMatch } from "@std/assert";
import { DAY, MINUTE } from "../../core/mod.ts";
import { CONCURRENCY } from "../../sources/openaq/sensor_queue.ts";
import { filesBelow } from "./content.ts";
import { Place } from "./place.ts";
import { type Fault, Server } from "./server.ts";

const WAITING = /OpenAQ answered 429: waiting .*seconds=3600/;
const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-01"];

/** Answers at another time of day. */
function shifted({ honest }: Server, by: number): Fault {
  return async (request) => {
    const { body, status, headers } = await honest(request);
    headers.set("date", new Date(Date.now() + by).toUTCString());
    return new Response(body, { status, headers });
  };
}

Deno.test("a server whose clock is some minutes off is believed, and told of with both times", async () => {
  await using server = new Server();
  await using place = await Place.make(server.env);
  server.fault = shifted(server, 20 * MINUTE);
  const { code, stderr, stdout } = await place.run(COMMAND);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const told = stdout.split("\n").filter((line) => line.includes("clock"));
  assertEquals(told.length, 1);
  assertMatch(told[0]!, /do not agree answered="[-\d]+T[:.\d]+Z" here="[-\d]+T[:.\d]+Z"$/);
  const { json: { warnings } } = await place.run(["materialize", "vietnam/locations", "--force", "--json"]);
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0], /do not agree: answered at [-\d]+T[:.\d]+Z, while it is [-\d]+T[:.\d]+Z here$/);
});

Deno.test("with a clock days off nothing is written, in a new lake and in one that stands", async () => {
  await using server = new Server();
  await using place = await Place.make(server.env);
  for (const standing of [false, true]) {
    if (standing) {
      server.fault = undefined;
      assertEquals((await place.run(COMMAND)).code, 0);
    }
    const before = filesOf(place);
    server.fault = shifted(server, -30 * DAY);
    const ran = await place.run(["materialize", "vietnam/raw_prod", "--force", ...COMMAND.slice(1)]);
    assertEquals([ran.code, ran.errors.length], [1, 1], ran.stderr);
    assertMatch(
      ran.errors[0]!,
      /answered at .*, while it is .* by this machine's clock, wanted clocks that agree$/,
    );
    assertEquals(filesOf(place), before);
    const { assets } = await place.ask(["status", "--from", "2024-03-01", "--to", "2024-03-01"]);
    const raw = assets.find(({ key }: { key: string }) => key === "vietnam/raw_prod");
    assertEquals(raw.partitions.failed, standing ? 24 : 0);
  }
});

Deno.test("a reset in thirty years is waited for an hour, which is said, and Ctrl-C ends the wait", async () => {
  await using server = new Server();
  await using place = await Place.make(server.env);
  assertEquals((await place.run(["materialize", "vietnam/locations"])).code, 0);
  const headers = { "x-ratelimit-reset": "1000000000" };
  server.fault = () => Response.json({ detail: "Too many requests" }, { status: 429, headers });
  const asked = server.requests;
  const program = place.start(COMMAND);
  await program.says(WAITING);
  program.signal("SIGINT");
  const { code, stdout } = await program.ended;
  assertEquals(code, 130, stdout);
  assert(server.requests <= asked + CONCURRENCY, "a question is asked again");
});

/** The lake's files; what is wanted of the source is kept, though nothing was answered. */
function filesOf({ lake }: Place): string[] {
  return [...filesBelow(lake)].filter((path) => !path.includes("/_staging/answers/wanted/")).sort();
}
