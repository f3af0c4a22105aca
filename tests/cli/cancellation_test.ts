import { assertEquals } from "@std/assert";
import { cancellation } from "../../cli/cancellation.ts";
import { fakeClock } from "../fake_clock.ts";

/** The outcome of requests to end, each so many milliseconds after the one before. */
async function requested(...after: readonly number[]): Promise<{ aborted: boolean; ended: number }> {
  const clock = fakeClock(0);
  let ended = 0;
  const { signal, request } = cancellation(clock, () => ended++);
  for (const wait of after) {
    await clock.advance(wait);
    request();
  }
  return { aborted: signal.aborted, ended };
}

Deno.test("the first request to end cancels; the same one, passed on, within a second does no more", async () => {
  assertEquals(await requested(), { aborted: false, ended: 0 });
  assertEquals(await requested(0), { aborted: true, ended: 0 });
  assertEquals(await requested(5_000, 0, 3, 996), { aborted: true, ended: 0 });
});

Deno.test("a later request ends at once, however many came before", async () => {
  assertEquals(await requested(0, 1_000), { aborted: true, ended: 1 });
  assertEquals(await requested(0, 500, 500), { aborted: true, ended: 1 });
});
