import { assertEquals, assertRejects } from "@std/assert";
import { SideBySide } from "../../../core/automation/side_by_side.ts";
import type { Tick } from "../../../core/automation/ticker.ts";

const never = new AbortController().signal;
const run = (run: number) => ({ run, request: { command: "materialize", ranges: [] } } as const);

Deno.test("none waits for another, and all that they asked for is told, in their order", async () => {
  const slow = Promise.withResolvers<Tick>();
  const began: string[] = [];
  const both = new SideBySide([
    { wakes: 7, tick: () => (began.push("slow"), slow.promise) },
    {
      wakes: 5,
      tick: () => {
        began.push("quick");
        return Promise.resolve({ at: 1, runs: [run(2)] });
      },
    },
  ]);
  const ticking = both.tick(never);
  assertEquals([began, both.wakes], [["slow", "quick"], 5]);
  slow.resolve({ at: 3, runs: [run(1)] });
  assertEquals(await ticking, { at: 3, runs: [run(1), run(2)] });
});

Deno.test("what fails is told once all have ended", async () => {
  let ended = false;
  const all = new SideBySide([
    { wakes: 0, tick: () => Promise.reject(new Error("broken")) },
    {
      wakes: 0,
      async tick() {
        await null;
        ended = true;
        return { at: 0, runs: [] };
      },
    },
  ]);
  await assertRejects(() => all.tick(never), Error, "broken");
  assertEquals(ended, true);
});
