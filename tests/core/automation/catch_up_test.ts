import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { dueBy, IN_TIME, lastDue } from "../../../core/automation/catch_up.ts";
import { DAY, HOUR, type Instant, MINUTE, SECOND } from "../../../core/instant.ts";

const cron = new CronerCron();
/** Around a change of Berlin's clocks in spring and one in autumn, and a day without any. */
const PLACES = [Date.UTC(2024, 2, 31), Date.UTC(2024, 9, 27), Date.UTC(2024, 6, 1)];
const PATTERNS = ["30 2 * * *", "0 * * * *", "*/20 1-3 * * *", "15 3 * * 1", "0 0 1 1 *"];
const ZONES = ["Europe/Berlin", "UTC", "Asia/Kathmandu"];

/** All due times in a span, one after the other. */
function all(pattern: string, zone: string, since: Instant, now: Instant): Instant[] {
  const found: Instant[] = [];
  for (let at = cron.next(pattern, zone, since); at <= now; at = cron.next(pattern, zone, at)) found.push(at);
  return found;
}

const spans = fc.record({
  pattern: fc.constantFrom(...PATTERNS),
  zone: fc.constantFrom(...ZONES),
  since: fc.tuple(fc.constantFrom(...PLACES), fc.integer({ min: -DAY, max: DAY })).map(([a, b]) => a + b),
  length: fc.integer({ min: -HOUR, max: 3 * DAY }),
});

Deno.test("the last due time is the last of all, over changes of the clocks too", () => {
  fc.assert(fc.property(spans, ({ pattern, zone, since, length }) => {
    const now = since + length;
    assertEquals(
      lastDue((after) => cron.next(pattern, zone, after), since, now),
      all(pattern, zone, since, now).at(-1),
    );
  }));
});

Deno.test("of all, the first is due next; of the last, the last; of none, one that has just come", () => {
  fc.assert(fc.property(spans, ({ pattern, zone, since, length }) => {
    const now = since + length;
    const next = (after: Instant) => cron.next(pattern, zone, after);
    const due = all(pattern, zone, since, now);
    const at = (catchUp: "none" | "last" | "all") => dueBy(catchUp, next, { since, now });
    assertEquals(at("all")?.at, due[0]);
    assertEquals([at("last")?.at, at("last")?.isMissed ?? false], [due.at(-1), false]);
    assertEquals(at("none")?.at, due.at(-1));
    if (due.length > 0) assertEquals(at("none")!.isMissed, now - due.at(-1)! > IN_TIME);
  }));
});

Deno.test("a year of seconds is looked through in few steps", () => {
  let steps = 0;
  const next = (after: Instant) => {
    steps++;
    return (Math.floor(after / SECOND) + 1) * SECOND;
  };
  const now = PLACES[0]! + 365 * DAY + 7;
  assertEquals(lastDue(next, PLACES[0]!, now), PLACES[0]! + 365 * DAY);
  assertEquals(steps < 200, true, `${steps} steps`);
});

Deno.test("a time before 1970 and the moment itself are due like others", () => {
  const next = (after: Instant) => (Math.floor(after / MINUTE) + 1) * MINUTE;
  assertEquals(lastDue(next, -MINUTE, 0), 0);
  assertEquals(lastDue(next, 0, MINUTE), MINUTE);
  assertEquals(lastDue(next, 0, 0), undefined);
  assertEquals(lastDue(next, 5, 4), undefined);
});
