import { assert, assertEquals, assertMatch } from "@std/assert";
import { raw, served } from "./served.ts";

const END = /\r\n\r\n/;
const status = (answer: string) => Number(/^HTTP\/1\.[01] (\d+)/.exec(answer)?.[1]);

Deno.test("a port tells who asks by another name nothing, however the name is put", async () => {
  await using app = await served();
  const asked = async (line: string, ...headers: string[]) =>
    status(await raw(app.port, [line, ...headers, "", ""].join("\r\n"), END));
  const GET = "GET /api/assets HTTP/1.1";
  assertEquals(await asked(GET, `Host: 127.0.0.1:${app.port}`), 200);
  assertEquals(await asked(GET, "Host: elsewhere.example"), 403);
  assertEquals(await asked(GET, "Host: 127.0.0.1", "Host: elsewhere.example"), 400);
  assertEquals(await asked(GET, "Host: a b"), 400);
  assertEquals(await asked(GET, "Host: 127.0.0.1@elsewhere.example"), 400);
  assertEquals(await asked("GET /runs HTTP/1.1", "Host: 127.0.0.1/healthz?"), 400);
  assertEquals(await asked("GET http://elsewhere.example/api/assets HTTP/1.1", "Host: 127.0.0.1"), 403);
  assertEquals(await asked("CONNECT elsewhere.example:80 HTTP/1.1", "Host: 127.0.0.1"), 403);
});

Deno.test("a port refuses what is too large or is not to be understood, and goes on", async () => {
  await using app = await served();
  const own = `Host: 127.0.0.1:${app.port}\r\nOrigin: http://127.0.0.1:${app.port}\r\n`;
  const asked = async (text: string) => status(await raw(app.port, text, END));
  assertEquals(await asked(`GET / HTTP/1.1\r\n${own}a: ${"b".repeat(20_000)}\r\n\r\n`), 431);
  assertEquals(await asked(`GET / HTTP/1.1\r\n${own}a: ${"b".repeat(2_000_000)}\r\n\r\n`), 400);
  assertEquals(await asked(`GET /${"b".repeat(9_000)} HTTP/1.1\r\n${own}\r\n`), 414);
  assertEquals(await asked(`POST /acts/untold HTTP/1.1\r\n${own}content-length: 70000\r\n\r\n`), 413);
  const smuggled =
    "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n";
  assertEquals(await asked(`POST /acts/untold HTTP/1.1\r\n${own}${smuggled}`), 400);
  assertEquals(await asked(`TRACE /api/query HTTP/1.1\r\n${own}\r\n`), 405);
  assertEquals(await asked("\x16\x03\x01\x02\r\n\r\n"), 400);
  assertEquals((await app.ask("/healthz")).status, 200);
  assertEquals(app.told, []);
});

Deno.test("nothing that is asked for becomes a header or a line of its own", async () => {
  await using app = await served();
  const text = `GET /%0d%0aset-cookie:%20a=b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  const answer = await raw(app.port, text, END);
  const [head] = answer.split("\r\n\r\n");
  assertEquals(status(answer), 404);
  assert(!/\r\nset-cookie/i.test(head!), answer);
});

Deno.test("live answers of an address are so many, and none is left when their readers go", async () => {
  await using app = await served();
  const open: AbortController[] = [];
  // An answer that nobody holds is given up as rubbish, and its connection with it.
  const held: Response[] = [];
  const follow = async () => {
    const gone = new AbortController();
    const answer = await fetch(`${app.url}/api/live`, { signal: gone.signal });
    held.push(answer);
    if (answer.status === 200) open.push(gone);
    else await answer.body?.cancel();
    return answer;
  };
  for (let n = 0; n < 100; n++) assertEquals((await follow()).status, 200);
  const { status, headers } = await follow();
  assertEquals([status, headers.get("retry-after")], [503, "30"]);
  for (const gone of open.splice(0, 2)) gone.abort();
  // The server is told of it by the connection's end.
  for (;;) {
    const answer = await follow();
    if (answer.status === 200) break;
  }
  for (const gone of open) gone.abort();
  assertEquals(held.length > 100, true);
});

Deno.test("a server that ends waits for no live answer, and for nobody who is still asking", async () => {
  const app = await served();
  const live = await fetch(`${app.url}/api/live`);
  const asking = app.ask("/late").then(({ text }) => text, (error) => String(error));
  using slow = await Deno.connect({ hostname: "127.0.0.1", port: app.port });
  await slow.write(new TextEncoder().encode("GET /healthz HTTP/1.1\r\nHost: 127"));
  const began = performance.now();
  await app[Symbol.asyncDispose]();
  const took = performance.now() - began;
  assert(took < 2_000, `found ${took} ms`);
  assertMatch(await live.text().catch((error) => String(error)), /event: changes|error/i);
  assertMatch(await asking, /error/i);
  app.late();
});
