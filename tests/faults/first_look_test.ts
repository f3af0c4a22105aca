import { assertEquals, assertMatch } from "@std/assert";
import { Place } from "./place.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

Deno.test("the first look at an address is a request like others, and is not made again", async () => {
  await using server = new Server();
  await using place = await Place.make({ ...server.env, OPENAQ_RATE_PER_MINUTE: "3" });
  const command = ["materialize", "vietnam/locations", "--force", "--json"];
  const first = await place.run(command);
  assertEquals([first.code, first.json.requests, server.requests], [0, 2, 2]);
  const second = await place.run(command);
  assertEquals([second.code, second.json.requests, server.requests], [0, 1, 3]);

  const third = place.start(command.slice(0, -1)); // the fourth in the minute
  await third.says(/waiting for the pace: 3 a minute/);
  third.signal("SIGINT");
  assertEquals([(await third.ended).code, server.requests], [130, 3]);
});

Deno.test("doctor's look is counted too", async () => {
  await using server = new Server();
  await using place = await Place.make({ ...server.env, OPENAQ_RATE_PER_MINUTE: "3" });
  await place.run(["materialize", "vietnam/locations"]);
  await place.run(["doctor"]);
  assertEquals(server.requests, 3);
  const waiting = place.start(["doctor"]);
  await waiting.says(/waiting for the pace: 3 a minute/);
  assertEquals([server.requests, waiting.signal("SIGKILL")], [3, true]);
  await waiting.ended;
});

Deno.test("a first look that a kill ends is counted: no minute has more requests than are allowed", async () => {
  await using server = new Server();
  await using place = await Place.make({ ...server.env, OPENAQ_RATE_PER_MINUTE: "3" });
  const command = ["materialize", "vietnam/locations", "--force"];
  const answered = Promise.withResolvers<void>();
  server.fault = async (request) => {
    await answered.promise;
    return await server.honest(request);
  };
  const killed = place.start(command);
  await until("the first look", () => server.open === 1);
  killed.signal("SIGKILL");
  await killed.ended;
  answered.resolve();
  server.fault = undefined;

  const second = await place.run([...command, "--json"]);
  assertEquals([second.code, second.json.requests, server.requests], [0, 2, 3]);
  const third = place.start(command); // the fourth in the minute
  await third.says(/waiting for the pace: 3 a minute/);
  third.signal("SIGINT");
  assertEquals([(await third.ended).code, server.requests], [130, 3]);
});

Deno.test("who is told to end while nobody answers the first look ends at once, and leaves nothing", async () => {
  await using server = new Server();
  await using place = await Place.make({ ...server.env, WEB_PORT: "0" });
  const answered = Promise.withResolvers<void>();
  server.fault = async (request) => {
    await answered.promise;
    return await server.honest(request);
  };
  for (const [command, code, says] of [["materialize", 130, /cancelled/], ["daemon", 0, /ended/]] as const) {
    const [program, open] = [place.start([command], { most: 25_000 }), server.open];
    await until("the first look", () => server.open > open);
    program.signal("SIGTERM");
    const ended = await program.ended;
    assertEquals(ended.code, code, command);
    assertMatch(ended.stdout + ended.stderr, says);
    assertEquals([...Deno.readDirSync(place.folder)], [], command);
  }
  answered.resolve();
});

for (const how of ["is refused", "is ended by Ctrl-C"]) {
  Deno.test(`a look at another address that ${how} is counted where there is a lake`, async () => {
    await using server = new Server();
    await using place = await Place.make({ ...server.env, OPENAQ_RATE_PER_MINUTE: "3" });
    const command = ["materialize", "vietnam/locations", "--force"];
    assertEquals((await place.run(command)).code, 0);
    assertEquals(server.requests, 2);
    const env = { OPENAQ_API_URL: `${server.env["OPENAQ_API_URL"]}/` }; // the same, but not known by that name
    const answered = Promise.withResolvers<Response>();
    server.fault = () => answered.promise;
    const program = place.start(command, { env });
    await until("the look", () => server.requests === 3);
    if (how === "is refused") answered.resolve(new Response("{}", { status: 401 }));
    else program.signal("SIGINT");
    if (how !== "is refused") assertEquals((await program.ended).code, 130);
    const waiting = how === "is refused" ? program : place.start(command, { env }); // the fourth in the minute
    await waiting.says(/waiting for the pace: 3 a minute/);
    waiting.signal("SIGINT");
    assertEquals([(await waiting.ended).code, server.requests], [130, 3]);
    answered.resolve(new Response("{}", { status: 401 }));
  });
}
