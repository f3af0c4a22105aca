import { assert, assertEquals } from "@std/assert";
import { Pulse } from "../../core/mod.ts";
import { graph } from "../../core/graph.ts";
import { webApp } from "../../web/app.ts";
import { fakeClock } from "../fake_clock.ts";
import { lab, NOON } from "../core/lab.ts";
import { declared } from "./served.ts";

/** What a browser is sent. */
async function sent() {
  const clock = fakeClock(NOON);
  const assets = declared();
  const { orchestrator, state } = await lab(assets);
  const app = webApp({
    pulse: new Pulse(clock),
    lookbackDays: 7,
    lake: () => ({ orchestrator, state, graph: graph(assets), requests: () => 0, limited: () => 0 }),
    hindrance: () => Promise.resolve(undefined),
    process: { version: "1", runtime: "deno", speed: 1, started: NOON, memory: () => 0, now: clock.now },
  });
  return (path: string, headers: Record<string, string> = { "accept-encoding": "gzip, deflate, br" }) =>
    app.request(path, { headers });
}

async function unpacked(response: Response): Promise<string> {
  return await new Response(response.body!.pipeThrough(new DecompressionStream("gzip"))).text();
}

Deno.test("pages, their files and answers are sent compressed to who can read that", async () => {
  const get = await sent();
  const page = await get("/");
  assertEquals([page.headers.get("content-encoding"), page.headers.get("vary")], ["gzip", "Accept-Encoding"]);
  assertEquals(page.headers.get("x-content-type-options"), "nosniff");
  const html = await unpacked(page);
  assert(html.startsWith("<!DOCTYPE html>") && html.includes("</main>"));
  for (const [, path] of html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)) {
    const file = await get(path!);
    assertEquals([file.status, file.headers.get("content-encoding")], [200, "gzip"], path);
    assertEquals(await unpacked(file), await (await get(path!, {})).text());
  }
  const api = await get("/api/openapi.json");
  assertEquals(api.headers.get("content-encoding"), "gzip");
  assertEquals(JSON.parse(await unpacked(api)).openapi, "3.1.0");
  const tag = api.headers.get("etag")!;
  assertEquals((await get("/api/openapi.json", { "if-none-match": tag })).status, 304);

  const plain = await get("/", {});
  assertEquals(plain.headers.get("content-encoding"), null);
  assert((await plain.text()).startsWith("<!DOCTYPE html>"));
});

Deno.test("what is told as it happens is sent as it is", async () => {
  const live = await (await sent())("/api/live");
  assertEquals(live.headers.get("content-encoding"), null);
  const reader = live.body!.getReader();
  assert(new TextDecoder().decode((await reader.read()).value).includes("event: changes"));
  await reader.cancel();
});
