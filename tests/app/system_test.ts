import { assertEquals } from "@std/assert";
import { alarm } from "../../app/system.ts";

Deno.test("the runtime's cron wakes each minute, until it is told to end", () => {
  const { signal } = new AbortController();
  const named: unknown[] = [];
  let woken = 0;
  let call = () => {};
  const cron = (...[name, schedule, options, handler]: unknown[]) => {
    named.push([name, schedule, (options as { signal: AbortSignal }).signal === signal]);
    call = handler as () => void;
    return Promise.resolve();
  };
  alarm(() => woken++, signal, cron as typeof Deno.cron);
  assertEquals([named, woken], [[["wake the daemon", "* * * * *", true]], 0]);
  call();
  assertEquals(woken, 1);
});

Deno.test("where there is no cron, or it refuses, nothing is broken off", async () => {
  const { signal } = new AbortController();
  alarm(() => {}, signal, (() => Promise.reject(new Error("it is named twice"))) as typeof Deno.cron);
  alarm(() => {}, signal, undefined);
  await new Promise((resolve) => setTimeout(resolve));
});
