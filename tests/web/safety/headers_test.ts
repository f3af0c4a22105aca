import { assertEquals, assertStringIncludes } from "@std/assert";
import { PROBLEM, Problem } from "../../../web/api/problem.ts";
import { safe } from "./served.ts";

Deno.test("every answer says what a browser is to keep it from, whatever it is", async () => {
  const { ask } = await safe();
  for (
    const path of ["/healthz", "/api/assets", "/api/none", "/none", "/breaks", "http://elsewhere.example/"]
  ) {
    const { headers } = await ask(path);
    assertEquals(
      headers.get("content-security-policy"),
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      path,
    );
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("referrer-policy"), "same-origin");
    assertEquals(headers.get("cache-control"), "private, no-store");
    assertEquals(headers.get("cross-origin-opener-policy"), "same-origin");
    assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
    assertStringIncludes(headers.get("permissions-policy")!, "geolocation=()");
    assertEquals([headers.get("server"), headers.get("x-powered-by")], [null, null]);
  }
});

Deno.test("who asks by another name is refused, but for whether the process lives", async () => {
  const { ask } = await safe();
  const at = async (host: string, path = "/api/assets") => (await ask(`http://${host}${path}`)).status;
  for (const own of ["localhost:8321", "127.0.0.1", "[::1]:8321"]) assertEquals(await at(own), 200, own);
  for (const other of ["elsewhere.example", "127.0.0.1.elsewhere.example", "10.0.0.7", "localhost."]) {
    assertEquals(await at(other), 403, other);
    assertEquals(await at(other, "/metrics"), 403, other);
    assertEquals(await at(other, "/healthz"), 200, other);
  }
});

Deno.test("a server may have names of its own, or be asked by any address", async () => {
  const named = await safe({
    token: null,
    readToken: null,
    hosts: ["lake.example.org", "[fd00::7]"],
    anyAddress: false,
  });
  const wide = await safe({ token: null, readToken: null, hosts: [], anyAddress: true });
  const both = async (host: string) => [
    (await named.ask(`http://${host}/api/assets`)).status,
    (await wide.ask(`http://${host}/api/assets`)).status,
  ];
  assertEquals(await both("lake.example.org"), [200, 403]);
  assertEquals(await both("[fd00::7]:8321"), [200, 200]);
  assertEquals(await both("10.0.0.7"), [403, 200]);
  assertEquals(await both("10.0.0.7.example.org"), [403, 403]);
  assertEquals(await both("localhost"), [200, 200]);
});

Deno.test("a program is refused by a problem, a person by a line", async () => {
  const { ask } = await safe();
  const program = await ask("http://elsewhere.example/api/assets");
  assertEquals(program.headers.get("content-type"), PROBLEM);
  assertEquals(Problem.parse(JSON.parse(program.text)).status, 403);
  const person = await ask("http://elsewhere.example/");
  assertStringIncludes(person.headers.get("content-type")!, "text/plain");
  assertEquals(
    [person.status, person.text],
    [403, 'asked as "elsewhere.example", wanted one of 127.0.0.1, localhost, [::1]\n'],
  );
});

Deno.test("addresses and headers that are too long are refused", async () => {
  const { ask } = await safe();
  const status = async (path: string, headers = {}) => (await ask(path, { headers })).status;
  assertEquals(await status(`/healthz?q=${"a".repeat(8_000)}`), 200);
  assertEquals(await status(`/healthz?q=${"a".repeat(8_200)}`), 414);
  assertEquals(await status("/healthz", { a: "b".repeat(16_000) }), 200);
  assertEquals(await status("/healthz", { a: "b".repeat(16_400) }), 431);
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`a${n}`, "b"]));
  assertEquals(await status("/healthz", many), 431);
});

Deno.test("more requests at once than can be answered are sent away for a moment", async () => {
  const { ask, late } = await safe();
  const waiting = Array.from({ length: 256 }, () => ask("/late"));
  const { status, headers } = await ask("/healthz");
  assertEquals([status, headers.get("retry-after")], [503, "1"]);
  late();
  assertEquals(new Set((await Promise.all(waiting)).map(({ status }) => status)), new Set([200]));
  assertEquals((await ask("/healthz")).status, 200);
});

Deno.test("what another site's page asks for by itself is refused, a link that is followed is not", async () => {
  const { ask } = await safe();
  const status = async (site: string, mode: string, dest: string) => {
    const headers = { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest };
    return (await ask("/api/assets", { headers })).status;
  };
  assertEquals(await status("cross-site", "no-cors", "image"), 403);
  assertEquals(await status("same-site", "cors", "empty"), 403);
  assertEquals(await status("cross-site", "navigate", "iframe"), 403);
  assertEquals(await status("cross-site", "navigate", "document"), 200);
  assertEquals(await status("same-origin", "cors", "empty"), 200);
  assertEquals(await status("none", "navigate", "document"), 200);
});
