import { assertEquals, assertMatch } from "@std/assert";
import { listen } from "../../app/listen.ts";
import type { App } from "../../cli/context.ts";
import { listenWhenFree } from "../../cli/daemon_port.ts";
import { SECOND } from "../../core/mod.ts";
import { fakeClock } from "../fake_clock.ts";

/** A daemon's port over real sockets and a clock that is moved on. */
async function daemon(port: number, signal = new AbortController().signal) {
  const machine = fakeClock(0);
  const told: string[] = [];
  const app = {
    machine,
    listen: (handler, at) => Promise.resolve(listen(handler, { hostname: "127.0.0.1", port: at! })),
  } as Pick<
    App,
    "machine" | "listen"
  > as App;
  const opened = await listenWhenFree(app, {
    handler: () => new Response("well"),
    port,
    signal,
    listening: (url) => told.push(url),
    fault: (line) => told.push(line),
  });
  return { machine, told, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

/** Somebody who has a port. */
function other() {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("other"),
  );
  return {
    port: server.addr.port,
    url: `http://127.0.0.1:${server.addr.port}`,
    end: () => server.shutdown(),
  };
}

Deno.test("a port that is taken is said once, and taken as soon as it is free", async () => {
  const { port, url, end } = other();
  await using waiting = await daemon(port);
  await waiting.machine.advance(60 * SECOND);
  assertEquals(waiting.told.length, 1);
  assertMatch(
    waiting.told[0]!,
    /^serving at 127\.0\.0\.1:\d+: .+, wanted a port that is free: works without until it is$/,
  );
  await end();
  await waiting.machine.advance(5 * SECOND);
  assertEquals(waiting.told.slice(1), [url]);
  assertEquals(await fetch(url).then((answer) => answer.text()), "well");
  await waiting.machine.advance(60 * SECOND);
  assertEquals(waiting.told.length, 2);
});

Deno.test("of two that wait for a port one gets it, and the other when that one ends", async () => {
  const { port, url, end } = other();
  await using first = await daemon(port);
  await using second = await daemon(port);
  await end();
  await first.machine.advance(5 * SECOND);
  await second.machine.advance(5 * SECOND);
  assertEquals([first.told.slice(1), second.told.slice(1)], [[url], []]);
  await first[Symbol.asyncDispose]();
  await second.machine.advance(5 * SECOND);
  assertEquals(second.told.slice(1), [url]);
});

Deno.test("a daemon that ends while it waits for a port ends at once", async () => {
  const { port, end } = other();
  const stop = new AbortController();
  await using waiting = await daemon(port, stop.signal);
  stop.abort();
  await waiting.machine.advance(0);
  assertEquals([waiting.machine.sleepers, waiting.told.length], [0, 1]);
  await end();
});
