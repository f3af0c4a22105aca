import { assertEquals, assertMatch } from "@std/assert";
import { CommandLine } from "./command_line.ts";

/** Answers 429 once, then as an API that can say nothing more than that it is there. */
function limitedOnce() {
  let requests = 0;
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    const headers = { "content-type": "application/json", "retry-after": "1" };
    return new Response("{}", { status: requests++ === 0 ? 429 : 200, headers });
  });
}

function env(server: Deno.HttpServer<Deno.NetAddr>): Record<string, string> {
  return { OPENAQ_API_URL: `http://127.0.0.1:${server.addr.port}`, OPENAQ_API_KEY: "a-key-for-tests" };
}

Deno.test("a 429 to the first question is told while it is waited out, by materialize and by doctor", async () => {
  await using line = await CommandLine.open();
  const one = limitedOnce();
  const made = await line.run(["materialize", "vietnam/locations"], { env: env(one) });
  await one.shutdown();
  assertEquals(made.code, 1); // it has no locations
  assertMatch(made.stdout, /^warning: openaq: "http:\/\/127.*" answered 429: asking again in 1 s$/m);
  const two = limitedOnce();
  const looked = await line.run(["doctor"], { env: { ...env(two), LAKE_URL: "other" } });
  await two.shutdown();
  assertEquals(looked.code, 0);
  assertMatch(looked.stdout, /^wait openaq +"http:\/\/127.*" answered 429: asking again in 1 s$/m);
});

Deno.test("of a first look at what is no API nothing is left", async () => {
  await using line = await CommandLine.open();
  const answers = [
    new Response("<html>", { status: 404 }),
    new Response("<html>"),
    new Response("", { status: 401 }),
  ];
  for (const answer of answers) {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => answer);
    const { code, stderr } = await line.run(["materialize"], { env: env(server) });
    await server.shutdown();
    assertEquals([code, [...Deno.readDirSync(line.cwd)]], [2, []]);
    assertMatch(stderr, /^asking "http:.*" what it is: it answered \d+.*, wanted .*\n$/);
  }
});
