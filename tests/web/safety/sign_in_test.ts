import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { type Answered, form, READ_TOKEN, safe, TOKEN, TOKENS } from "./served.ts";

type App = Awaited<ReturnType<typeof safe>>;

const csrfIn = ({ text }: Answered) => /name="csrf" value="([^"]+)"/.exec(text)![1]!;

/** Signs in as a person does. @returns What was answered, and the cookie that a browser keeps. */
async function signIn({ ask }: App, token: string, next = "/form") {
  const csrf = csrfIn(await ask("/sign-in"));
  const answered = await ask("/sign-in", form({ csrf, token, next }));
  const set = answered.headers.get("set-cookie") ?? "";
  return { ...answered, set, cookie: set.split(";")[0]! };
}

Deno.test("who has no token sees where to sign in, and nothing of the lake", async () => {
  const { ask } = await safe(TOKENS, { hindrance: () => Promise.resolve("the disk of /data is full") });
  const page = await ask("/assets/t/one?from=2024-01");
  assertEquals(
    [page.status, page.headers.get("location")],
    [303, "/sign-in?next=%2Fassets%2Ft%2Fone%3Ffrom%3D2024-01"],
  );
  for (const path of ["/api/assets", "/api/openapi.json", "/metrics"]) {
    const { status, headers, text } = await ask(path);
    assertEquals([status, headers.get("www-authenticate")], [401, 'Bearer realm="airgraph"'], path);
    assert(!text.includes("t/one"));
  }
  assertEquals((await ask("/acts/told", form({}))).status, 401);
  assertEquals((await ask("/healthz")).text, "ok\n");
  const { status, text } = await ask("/readyz");
  assertEquals([status, text], [503, "not ready\n"]);
  const bearer = { headers: { authorization: `Bearer ${READ_TOKEN}` } };
  assertEquals((await ask("/readyz", bearer)).text, "the disk of /data is full\n");
});

Deno.test("the sign-in page has the viewer's language", async () => {
  const { ask } = await safe(TOKENS);
  const chosen = { headers: { cookie: "language=vi", "accept-language": "en" } };
  assertMatch((await ask("/sign-in", chosen)).text, /<html lang="vi">.*<h1>Đăng nhập<\/h1>/s);
  assertMatch((await ask("/sign-in")).text, /<html lang="en">.*<h1>Sign in<\/h1>/s);
});

Deno.test("without tokens whoever reaches this machine may act, and there is nothing to sign in to", async () => {
  const { ask } = await safe();
  const { status, headers } = await ask("/sign-in?next=/form");
  assertEquals([status, headers.get("location")], [303, "/form"]);
  const csrf = (await ask("/form")).text;
  assertEquals((await ask("/acts/told", form({ csrf }))).text, '{"role":"operate"}');
});

Deno.test("a program names its token, and is what that says", async () => {
  const { ask } = await safe(TOKENS);
  const acts = (authorization: string) => ask("/acts/told", { method: "POST", headers: { authorization } });
  assertEquals((await acts(`Bearer ${TOKEN}`)).text, '{"role":"operate"}');
  assertEquals((await acts(`bearer  ${TOKEN}`)).status, 200);
  assertEquals((await acts(`Bearer ${READ_TOKEN}`)).status, 403);
  for (
    const odd of [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, "Bearer ", `Basic ${btoa(`a:${TOKEN}`)}`]
  ) {
    assertEquals((await acts(odd)).status, 401, odd);
  }
  assertEquals((await ask("/metrics", { headers: { authorization: `Bearer ${READ_TOKEN}` } })).status, 200);
});

Deno.test("a person signs in by a form, and a cookie that no script reads says so from then on", async () => {
  const app = await safe(TOKENS);
  const { status, headers, set, cookie } = await signIn(app, TOKEN, "/form?a=b");
  assertEquals([status, headers.get("location")], [303, "/form?a=b"]);
  assertMatch(set, /^airgraph=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/);
  assert(!set.includes(TOKEN));
  const csrf = (await app.ask("/form", { headers: { cookie } })).text;
  assertEquals((await app.ask("/acts/told", form({ csrf }, { cookie }))).text, '{"role":"operate"}');
  const reader = await signIn(app, READ_TOKEN);
  const own = (await app.ask("/form", { headers: { cookie: reader.cookie } })).text;
  assertNotEquals(own, csrf);
  assertEquals((await app.ask("/acts/told", form({ csrf: own }, { cookie: reader.cookie }))).status, 403);
  assertEquals(app.told.map(({ act, role, outcome }) => [act, role, outcome]), [
    ["sign in", "operate", "done"],
    ["cancel", "operate", "done"],
    ["sign in", "read", "done"],
    ["request", "read", "refused"],
  ]);
});

Deno.test("behind https the cookie is for https alone; servers of other ports have other cookies", async () => {
  const { ask } = await safe(TOKENS);
  const csrf = csrfIn(await ask("http://localhost:8400/sign-in"));
  const { headers } = await ask(
    "http://localhost:8400/sign-in",
    form({ csrf, token: TOKEN }, { origin: "https://localhost:8400", "x-forwarded-proto": "https" }),
  );
  assertMatch(headers.get("set-cookie")!, /^airgraph-8400=.*; Secure; SameSite=Strict$/);
  assertEquals(headers.get("location"), "/");
});

Deno.test("a cookie that was made up, changed, of another token or over admits nobody", async () => {
  const app = await safe(TOKENS);
  const { cookie } = await signIn(app, READ_TOKEN);
  const status = async (cookie: string, { ask }: App = app) =>
    (await ask("/form", { headers: { cookie } })).status;
  assertEquals(await status(cookie), 200);
  assertEquals(await status(cookie.replace("read.", "operate.")), 303);
  assertEquals(await status(cookie.replace(/\.(\d+)\./, (_, end) => `.${Number(end) + 1}.`)), 303);
  assertEquals(await status(cookie.slice(0, -1)), 303);
  assertEquals(await status("airgraph=read"), 303);
  assertEquals(await status(cookie, await safe(TOKENS)), 200, "the server began anew");
  assertEquals(await status(cookie, await safe({ ...TOKENS, readToken: "another-token-to-read" })), 303);
  assertEquals(await status(cookie, await safe({ ...TOKENS, readToken: null })), 303);
  await app.clock.advance(7 * 86_400_000);
  assertEquals(await status(cookie), 303);
});

Deno.test("signing out takes the cookie away", async () => {
  const app = await safe(TOKENS);
  const { cookie } = await signIn(app, TOKEN);
  const csrf = (await app.ask("/form", { headers: { cookie } })).text;
  const { status, headers } = await app.ask("/sign-out", form({ csrf }, { cookie }));
  assertEquals([status, headers.get("location")], [303, "/sign-in"]);
  assertMatch(headers.get("set-cookie")!, /^airgraph=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);
});

Deno.test("where to go on is a place of this server", async () => {
  const app = await safe(TOKENS);
  for (
    const next of [
      "//elsewhere.example",
      "/\\elsewhere.example",
      "https://elsewhere.example",
      "/a\r\nb: c",
      "x",
    ]
  ) {
    assertEquals((await signIn(app, TOKEN, next)).headers.get("location"), "/", next);
  }
  const { text } = await app.ask(`/sign-in?${new URLSearchParams({ next: '/"><script>alert(1)</script>' })}`);
  assert(!text.includes("<script>"), text);
});

Deno.test("who follows a link from elsewhere is asked once more by this server's own page, with the cookie", async () => {
  const { ask } = await safe(TOKENS);
  const { status, headers, text } = await ask("/runs/5?a=b", {
    headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
  });
  assertEquals([status, headers.get("refresh")], [200, "0; url=/runs/5?a=b"]);
  assertStringIncludes(text, '<a href="/runs/5?a=b">');
});

Deno.test("after some tries in vain an address waits longer and longer, whatever it tries", async () => {
  const app = await safe(TOKENS);
  for (let n = 0; n < 5; n++) {
    const { status, text } = await signIn(app, "made-up-made-up-made-up");
    assertEquals(status, 403);
    assertStringIncludes(text, "That is none of the tokens.");
  }
  const { status, headers, text } = await signIn(app, TOKEN);
  assertEquals([status, headers.get("retry-after"), headers.get("set-cookie")], [429, "1", null]);
  assertStringIncludes(text, "Wait 1 s");
  const bearer = { headers: { authorization: `Bearer ${TOKEN}` } };
  assertEquals((await app.ask("/api/assets", bearer)).status, 429);
  await app.clock.advance(1_000);
  assertEquals((await signIn(app, "made-up-made-up-made-up")).status, 403);
  assertEquals((await signIn(app, TOKEN)).headers.get("retry-after"), "2");
  await app.clock.advance(2_000);
  assertEquals((await signIn(app, TOKEN)).status, 303);
  assertEquals((await signIn(app, "made-up-made-up-made-up")).status, 403);
  assertEquals((await signIn(app, TOKEN)).status, 303);
  assertEquals((await app.state.acts.list({ limit: 99 })).map(({ act, outcome }) => [act, outcome]), [
    ["sign in", "done"],
    ["sign in", "done"],
  ]);
  assertEquals(app.told.filter(({ outcome }) => outcome === "refused").length, 9);
});
