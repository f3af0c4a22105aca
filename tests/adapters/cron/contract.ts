import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Cron } from "../../../core/mod.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../../core/mod.ts";
import { zonedInstants } from "../../core/partition/zones.ts";

/** The promises of every reader of cron expressions. */
export function cronContract(name: string, cron: () => Cron): void {
  const test = (what: string, act: (cron: Cron) => void) => Deno.test(`${name}: ${what}`, () => act(cron()));

  test("the next time lies after the instant, in the zone's own clock", (cron) => {
    const next = (after: string, zone: string) => iso(cron.next("0 9 * * 1-5", zone, Date.parse(after)));
    assertEquals(next("2026-11-30T01:59:59.999Z", "Asia/Ho_Chi_Minh"), "2026-11-30T02:00:00.000Z");
    assertEquals(next("2026-11-30T02:00:00Z", "Asia/Ho_Chi_Minh"), "2026-12-01T02:00:00.000Z");
    assertEquals(next("2026-12-04T12:00:00Z", "UTC"), "2026-12-07T09:00:00.000Z");
    assertEquals(cron.next("30 2 31 2 *", "UTC", 0), Infinity);
  });

  test("what is no expression, or no zone, is named", (cron) => {
    for (const pattern of ["", "x", "61 * * * *", "* * *", "0 9 * * nine"]) {
      assertThrows(() => cron.next(pattern, "UTC", 0), RangeError, `found "${pattern}"`);
    }
    assertThrows(() => cron.next("0 9 * * *", "Mars/Olympus", 0), RangeError, '"Mars/Olympus"');
  });

  test("a time of the day comes once a day, however the clocks change: skipped, as soon as it is past", (cron) => {
    fc.assert(
      fc.property(zonedInstants, fc.nat(23), fc.nat(59), ([zone, around], hour, minute) => {
        const pattern = `${minute} ${hour} * * *`;
        let after = around - 2 * DAY;
        for (let i = 0; i < 5; i++) {
          const date = Temporal.Instant.fromEpochMilliseconds(after).toZonedDateTimeISO(zone).toPlainDate();
          const todays = timeOf(zone, date, hour, minute);
          const expected = todays > after ? todays : timeOf(zone, date.add({ days: 1 }), hour, minute);
          const next = cron.next(pattern, zone, after);
          assertEquals([zone, pattern, iso(next)], [zone, pattern, iso(expected)]);
          after = next;
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a time of each hour comes whenever the clocks show it, both times where they show it twice", (cron) => {
    fc.assert(
      fc.property(zonedInstants, fc.nat(59), ([zone, around], minute) => {
        const found: Instant[] = [];
        const [begin, end] = [around - 5 * HOUR, around + 5 * HOUR];
        for (
          let at = cron.next(`${minute} * * * *`, zone, begin);
          at <= end;
          at = cron.next(`${minute} * * * *`, zone, at)
        ) {
          found.push(at);
        }
        const expected: Instant[] = [];
        for (let at = Math.floor(begin / MINUTE + 1) * MINUTE; at <= end; at += MINUTE) {
          const { minute: shown, second } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(
            zone,
          );
          if (shown === minute && second === 0) expected.push(at);
        }
        assertEquals([zone, minute, found.map(iso)], [zone, minute, expected.map(iso)]);
      }),
      { numRuns: 150 },
    );
  });
}

const iso = (instant: Instant) => instant === Infinity ? "never" : new Date(instant).toISOString();

/** When clocks first show a time of a day, or have skipped it. */
function timeOf(zone: string, date: Temporal.PlainDate, hour: number, minute: number): Instant {
  const wall = date.toPlainDateTime({ hour, minute });
  const earlier = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds;
  const skipped = earlier.getTimeZoneTransition("next")!;
  // Pyongyang's clocks skipped the end of a day once, in 2018: its last half hour comes no more.
  fc.pre(skipped.toPlainDate().equals(date));
  return skipped.epochMilliseconds;
}
