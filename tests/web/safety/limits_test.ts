import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { whole } from "../../../web/safety/body.ts";
import { limits } from "../../../web/safety/limits.ts";
import { streams } from "../../../web/safety/streams.ts";
import type { SafetyEnv } from "../../../web/safety/options.ts";

Deno.test("what is not answered in time is refused, and takes no place once it has ended", async () => {
  const late = Promise.withResolvers<void>();
  const app = new Hono();
  app.use(limits({ atOnce: 1, time: 1 }));
  app.get("/late", async () => {
    await late.promise;
    throw new Error("too late");
  });
  app.onError((error, context) => context.text(error.message, 500));
  app.get("/", (context) => context.text("ok"));
  const { status, headers } = await app.request("/late");
  assertEquals([status, headers.get("retry-after")], [504, "10"]);
  assertEquals((await app.request("/")).status, 503, "it is still at work");
  late.resolve();
  await late.promise;
  for (let n = 0; n < 10; n++) await null;
  assertEquals((await app.request("/")).status, 200);
});

Deno.test("a body is waited for so long, and is whole afterwards", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array([1])),
    cancel: () => void (cancelled = true),
  });
  const request = new Request("http://localhost/", { method: "POST", body });
  assertEquals([await whole(request, { time: 1 }), cancelled], ["late", true]);
  const sent = new Request("http://localhost/a", { method: "PUT", body: "text", headers: { a: "b" } });
  const read = await whole(sent) as Request;
  assertEquals([read.url, read.method, read.headers.get("a"), await read.text()], [
    sent.url,
    "PUT",
    "b",
    "text",
  ]);
});

Deno.test("live answers that ended, failed or were left count no more", async () => {
  const app = new Hono<SafetyEnv>();
  const open: ReadableStreamDefaultController<Uint8Array>[] = [];
  app.use(async (context, next) => {
    context.set("address", context.req.query("at")!);
    await next();
  }, streams({ address: 1, all: 2 }));
  app.get("/", () => {
    const body = new ReadableStream({ start: (controller) => void open.push(controller) });
    return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8", a: "b" } });
  });
  const follow = async (at: string) => await app.request(`/?at=${at}`);
  const first = await follow("one");
  assertEquals([first.status, first.headers.get("a")], [200, "b"]);
  assertEquals((await follow("one")).status, 503);
  open[0]!.enqueue(new TextEncoder().encode("told"));
  open[0]!.close();
  assertEquals(await first.text(), "told");
  const second = await follow("one");
  const other = await follow("two");
  assertEquals([second.status, other.status, (await follow("three")).status], [200, 200, 503]);
  await second.body!.cancel();
  const third = await follow("three");
  assertEquals(third.status, 200);
  open.at(-1)!.error(new Error("broken"));
  assertEquals(await third.text().catch(String), "Error: broken");
  await other.body!.cancel();
  assertEquals((await follow("one")).status, 200);
});
