import { assertEquals, assertRejects } from "@std/assert";
import { whenAsked } from "../../app/listen.ts";

const PEER = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 } } as const;

Deno.test("what answers is loaded by the first request, once, and again where that failed", async () => {
  let [loads, works] = [0, false];
  const handler = whenAsked(async () => {
    loads++;
    await null;
    if (!works) throw new Error("found no such module");
    return (request) => new Response(new URL(request.url).pathname);
  });
  const ask = async (path: string) =>
    await (await handler(new Request(`http://localhost${path}`), PEER)).text();
  assertEquals(loads, 0);
  await assertRejects(() => ask("/a"), Error, "found no such module");
  works = true;
  assertEquals(await Promise.all([ask("/a"), ask("/b")]), ["/a", "/b"]);
  assertEquals([await ask("/c"), loads], ["/c", 2]);
});
