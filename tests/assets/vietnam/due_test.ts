import { assertEquals } from "@std/assert";
import { hourDue, nextMidnight } from "../../../assets/vietnam/due.ts";
import { DAY, iso } from "../../../core/mod.ts";

const WINDOW = { start: Date.parse("2024-01-15T04:00Z"), end: Date.parse("2024-01-15T05:00Z") };

function due(askedAt: string): string {
  const at = hourDue(WINDOW, Date.parse(askedAt), 7 * DAY);
  return at === Infinity ? "never" : iso(at);
}

Deno.test("an hour younger than a day is due at the next full hour", () => {
  assertEquals(due("2024-01-15T05:00Z"), "2024-01-15T06:00:00Z");
  assertEquals(due("2024-01-15T05:59:59Z"), "2024-01-15T06:00:00Z");
  assertEquals(due("2024-01-16T03:10Z"), "2024-01-16T04:00:00Z");
});

Deno.test("an older one is due at the next midnight, until it is as old as the look-back", () => {
  assertEquals(due("2024-01-16T04:00Z"), "2024-01-17T00:00:00Z");
  assertEquals(due("2024-01-17T00:00Z"), "2024-01-18T00:00:00Z");
  assertEquals(due("2024-01-21T23:59Z"), "2024-01-22T00:00:00Z");
  assertEquals(due("2024-01-22T00:00Z"), "never");
  assertEquals(due("2025-01-01T00:00Z"), "never");
});

Deno.test("whoever asks whenever it is due asks a day's last hour so often", () => {
  let [asked, times] = [WINDOW.end, 1];
  for (let next; (next = hourDue(WINDOW, asked, 7 * DAY)) < Infinity; asked = next) times++;
  assertEquals(times, 1 + 23 + 6);
});

Deno.test("the locations are due at midnight", () => {
  assertEquals(iso(nextMidnight(Date.parse("2024-02-28T23:59Z"))), "2024-02-29T00:00:00Z");
  assertEquals(iso(nextMidnight(Date.parse("2024-02-29T00:00Z"))), "2024-03-01T00:00:00Z");
});
