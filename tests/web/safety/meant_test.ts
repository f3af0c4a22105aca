import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { form, OWN_PAGE, READ_TOKEN, safe, TOKEN, TOKENS } from "./served.ts";

Deno.test("what changes something is asked for by a page of the server's own", async () => {
  const { ask, told } = await safe();
  const status = async (headers: Record<string, string>) =>
    (await ask("/acts/told", {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json", ...headers },
    }))
      .status;
  assertEquals(await status({ origin: "http://localhost" }), 200);
  assertEquals(await status({ origin: "https://localhost" }), 200, "behind https");
  assertEquals(await status({ "sec-fetch-site": "same-origin" }), 200);
  assertEquals(await status({}), 403);
  assertEquals(await status({ origin: "http://elsewhere.example" }), 403);
  assertEquals(await status({ origin: "http://localhost:3000" }), 403, "another server of this machine");
  assertEquals(await status({ origin: "null" }), 403);
  assertEquals(await status({ origin: "http://localhost", "sec-fetch-site": "none" }), 403);
  assertEquals(await status({ origin: "http://elsewhere.example", "sec-fetch-site": "same-origin" }), 403);
  assertEquals(told.length, 3);
});

Deno.test("a form holds what a page put into it; JSON needs none", async () => {
  const { ask } = await safe();
  const csrf = (await ask("/form")).text;
  const sent = async (init: RequestInit) => (await ask("/acts/told", init)).status;
  assertEquals(await sent(form({ csrf })), 200);
  assertEquals(await sent(form({})), 403);
  assertEquals(await sent(form({ csrf: "made up" })), 403);
  const multipart = new FormData();
  multipart.set("csrf", csrf);
  assertEquals(await sent({ method: "POST", body: multipart, headers: OWN_PAGE }), 200);
  assertEquals(await sent({ method: "POST", body: new FormData(), headers: OWN_PAGE }), 403);
  assertEquals(await sent({ method: "POST", body: '{"a":1}', headers: OWN_PAGE }), 403, "text/plain");
  const json = { ...OWN_PAGE, "content-type": "application/json" };
  assertEquals(await sent({ method: "POST", body: "{}", headers: json }), 200);
  assertEquals(await sent({ method: "POST", headers: OWN_PAGE }), 200, "no body");
});

Deno.test("who may look may not act, but sign out; what is read by POST is no act", async () => {
  const { ask, told, state } = await safe(TOKENS);
  const headers = { authorization: `Bearer ${READ_TOKEN}` };
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    const { status, text } = await ask("/acts/told", { method, headers });
    assertEquals(status, 403, method);
    assertMatch(text, /found the role "read", wanted "operate"/);
  }
  assertNotEquals((await ask("/api/query", { method: "POST", headers })).status, 403);
  assertEquals((await ask("/sign-out", { method: "POST", headers })).status, 303);
  assertEquals(told.map(({ act, outcome }) => [act, outcome]), [
    ...Array(4).fill(["request", "refused"]),
    ["sign out", "done"],
  ]);
  assertEquals((await state.acts.list({ limit: 9 })).length, 5);
});

Deno.test("every act has a line, also one that nobody notes", async () => {
  const { ask, told, state, clock } = await safe(TOKENS);
  const init = { method: "POST", headers: { authorization: `Bearer ${TOKEN}` } };
  await ask("/acts/told", init);
  await ask("/acts/untold", init);
  await ask("/breaks", init);
  assertEquals(told.map(({ act, detail, outcome, role }) => ({ act, detail, outcome, role })), [
    { act: "cancel", detail: { run: 5 }, outcome: "done", role: "operate" },
    {
      act: "request",
      detail: { method: "POST", path: "/acts/untold", status: 200 },
      outcome: "done",
      role: "operate",
    },
  ]);
  const kept = await state.acts.list({ limit: 9 });
  assertEquals(kept.map(({ number: _, ...act }) => act), told.toReversed());
  assertEquals([kept[0]!.at, kept[0]!.address], [clock.now(), "127.0.0.1"]);
});

Deno.test("an act whose journal cannot be written is told all the same", async () => {
  const { ask, told, state } = await safe();
  state.acts.note = () => Promise.reject(new Error("the disk is full"));
  assertEquals((await ask("/acts/told", { method: "POST", headers: OWN_PAGE })).status, 200);
  assertEquals(told.map(({ act, message }) => [act, message]), [["cancel", "(not kept: the disk is full)"]]);
});

Deno.test("what is too large is refused before it is read to its end", async () => {
  const { ask } = await safe();
  const headers = { ...OWN_PAGE, "content-type": "application/json" };
  const sent = (body: BodyInit) => ask("/acts/untold", { method: "POST", headers, body });
  const most = "a".repeat(65_536);
  assertEquals((await sent(most)).text, most);
  assertEquals((await sent(`${most}a`)).status, 413);
  let pulled = 0;
  const endless = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1_024));
    },
  });
  assertEquals((await sent(endless)).status, 413);
  assert(pulled < 100, `found ${pulled}`);
});
