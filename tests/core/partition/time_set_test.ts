import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DAY, HOUR } from "../../../core/instant.ts";
import { partitionSet } from "../../../core/partition/spec.ts";
import { count } from "../../../core/partition/ranges.ts";
import { daily, hourly, monthly } from "../../../core/partition/time_set.ts";
import { at, zonedInstants } from "./zones.ts";

const constructors = [hourly, daily, monthly];
const NOW = Date.parse("2024-01-15T07:30Z");

const utc = (text: string) => Date.parse(text + "Z");
const hours = ({ start, end }: { start: number; end: number }) => (end - start) / HOUR;

function day(key: string, timeZone: string) {
  const set = daily({ timeZone, start: "2000-01-01" });
  return set.window(set.ordinal(key)!);
}

Deno.test("time sets: ordinals count from 1970, keys name the window's start", () => {
  const instant = utc("2024-01-15T07:30");
  for (
    const [set, key, ordinal] of [
      [hourly(), "2024-01-15T07", 19737 * 24 + 7],
      [daily(), "2024-01-15", 19737],
      [monthly(), "2024-01", 54 * 12],
      [hourly({ timeZone: "Asia/Ho_Chi_Minh" }), "2024-01-15T14+07:00", 19737 * 24 + 7],
      [hourly({ timeZone: "Asia/Kolkata" }), "2024-01-15T13+05:30", 19737 * 24 + 8],
      [daily({ timeZone: "Pacific/Chatham" }), "2024-01-15", 19737],
    ] as const
  ) {
    assertEquals(set.at(instant), ordinal);
    assertEquals(set.key(ordinal), key);
    assertEquals(set.ordinal(key), ordinal);
  }
});

Deno.test("time sets: windows follow each other without gaps, each with a key of its own", () => {
  fc.assert(
    fc.property(zonedInstants, fc.constantFrom(...constructors), ([timeZone, instant], make) => {
      const set = make({ timeZone, start: "2015-12-01" });
      const ordinal = set.at(instant);
      const window = set.window(ordinal);
      assertEquals(window.start <= instant && instant < window.end, true);
      assertEquals(set.at(window.start), ordinal);
      assertEquals(set.at(window.end - 1), ordinal);
      assertEquals(set.window(ordinal + 1).start, window.end);
      assertEquals(set.ordinal(set.key(ordinal)!), ordinal);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("time sets: days and months are Temporal's", () => {
  fc.assert(
    fc.property(zonedInstants, ([timeZone, instant]) => {
      const date = at(instant, timeZone).toPlainDate();
      const start = (date: Temporal.PlainDate) => date.toZonedDateTime(timeZone).epochMilliseconds;

      const days = daily({ timeZone });
      const ordinal = days.at(instant);
      assertEquals(days.key(ordinal), date.toString());
      assertEquals(days.window(ordinal), { start: start(date), end: start(date.add({ days: 1 })) });

      const months = monthly({ timeZone });
      const first = date.with({ day: 1 });
      assertEquals(months.key(months.at(instant)), date.toPlainYearMonth().toString());
      assertEquals(months.window(months.at(instant)), {
        start: start(first),
        end: start(first.add({ months: 1 })),
      });
    }),
    { numRuns: 2000 },
  );
});

Deno.test("time sets: hours are Temporal's, named as the clock shows them at their start", () => {
  fc.assert(
    fc.property(zonedInstants, ([timeZone, instant]) => {
      const set = hourly({ timeZone });
      const ordinal = set.at(instant);
      const window = set.window(ordinal);
      const [before, first, last, after] = [window.start - 1, window.start, window.end - 1, window.end]
        .map((instant) => at(instant, timeZone).offsetNanoseconds / 1e6);
      const shown = at(first === last ? instant : window.start, timeZone);
      const suffix = timeZone === "UTC" ? "" : shown.offset;
      assertEquals(set.key(ordinal), shown.toPlainDateTime().toString().slice(0, 13) + suffix);
      if (hours(window) !== 1) {
        assertNotEquals((after! - before!) % HOUR, 0, "only a shift by part of an hour does that");
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("time sets: days of 23, 24 and 25 hours", () => {
  assertEquals(hours(day("2024-03-31", "Europe/Berlin")), 23);
  assertEquals(hours(day("2024-10-27", "Europe/Berlin")), 25);
  assertEquals(hours(day("2024-10-28", "Europe/Berlin")), 24);
  assertEquals(hours(day("2024-04-07", "Australia/Lord_Howe")), 24.5);
  assertEquals(hours(day("2024-10-06", "Australia/Lord_Howe")), 23.5);
  assertEquals(hours(day("2024-02-29", "UTC")), 24);
});

Deno.test("time sets: an hour that comes twice is two hours", () => {
  const set = hourly({ timeZone: "Europe/Berlin" });
  const first = set.ordinal("2024-10-27T02+02:00")!;
  assertEquals(set.ordinal("2024-10-27T02+01:00"), first + 1);
  assertEquals(set.ordinal("2024-10-27T02"), undefined);
  assertEquals(set.ordinal("2024-03-31T02+01:00"), undefined, "the clock goes from 02:00 to 03:00");
  assertEquals(set.ordinal("2024-03-31T03+02:00"), set.ordinal("2024-03-31T01+01:00")! + 1);
});

Deno.test("time sets: a shift by half an hour makes an hour longer or shorter", () => {
  const set = hourly({ timeZone: "Australia/Lord_Howe" });
  assertEquals(hours(set.window(set.ordinal("2024-10-06T01+10:30")!)), 1.5);
  assertEquals(hours(set.window(set.ordinal("2024-04-07T01+10:30")!)), 0.5);
  assertEquals(set.ordinal("2024-04-07T01+10:30"), set.ordinal("2024-04-07T01+11:00")! + 1);
});

Deno.test("time sets: a midnight that the clock skips begins the day an hour later", () => {
  assertEquals(day("2018-11-04", "America/Sao_Paulo"), {
    start: utc("2018-11-04T03:00"),
    end: utc("2018-11-05T02:00"),
  });
});

Deno.test("time sets: a day that a zone left out has no ordinal", () => {
  const set = daily({ timeZone: "Pacific/Apia", start: "2011-01-01" });
  assertEquals(set.ordinal("2011-12-30"), undefined);
  assertEquals(set.ordinal("2011-12-31"), set.ordinal("2011-12-29")! + 1);
  assertEquals(hours(set.window(set.ordinal("2011-12-29")!)), 24);
  assertEquals(set.between("2011-12-30", "2011-12-30", NOW), null);
  assertEquals(count([set.between("2011-12-28", "2012-01-01", NOW)!]), 4);
  const months = monthly({ timeZone: "Pacific/Apia", start: "2011-01-01" });
  assertEquals(hours(months.window(months.ordinal("2011-12")!)), 30 * 24);
});

Deno.test("time sets: where the clock is set back over midnight, the new day has already begun", () => {
  const set = daily({ timeZone: "America/St_Johns", start: "2000-01-01" });
  const november = set.ordinal("2009-11-01")!;
  assertEquals(hours(set.window(november)), 25);
  assertEquals(
    set.at(utc("2009-11-01T02:45")),
    november,
    "the clock shows 23:15 of October 31 for the second time",
  );
});

Deno.test("time sets: a partition exists once its window has ended, in an open set once it has begun", () => {
  const closed = daily();
  const open = daily({ open: true });
  const today = closed.at(NOW);
  assertEquals(closed.existing(NOW), { from: closed.first, to: today - 1 });
  assertEquals(open.existing(NOW), { from: open.first, to: today });
  assertEquals([closed.has(today, NOW), open.has(today, NOW), open.has(today + 1, NOW)], [
    false,
    true,
    false,
  ]);
  assertEquals(closed.existing(utc("2016-01-01T23:59")), null);
  assertEquals(closed.has(closed.first, utc("2016-01-01T23:59")), false);
  assertEquals(open.existing(utc("2016-01-01T00:00")), { from: open.first, to: open.first });
  assertEquals(closed.nextExisting(utc("2010-01-01T00:00")), utc("2016-01-02T00:00"));
  assertEquals(open.nextExisting(utc("2010-01-01T00:00")), utc("2016-01-01T00:00"));
});

Deno.test("time sets: what exists grows by one partition exactly at the next instant", () => {
  fc.assert(
    fc.property(
      zonedInstants,
      fc.constantFrom(...constructors),
      fc.boolean(),
      ([timeZone, now], make, open) => {
        const set = make({ timeZone, open });
        const next = set.nextExisting(now);
        const last = (instant: number) => set.existing(instant)?.to ?? set.first - 1;
        assertEquals(next > now, true);
        assertEquals(last(next - 1), last(now));
        assertEquals(last(next), last(now) + 1);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("time sets: partitions before the start do not exist", () => {
  const set = monthly({ start: "2018-05-20", open: true });
  assertEquals(set.key(set.first), "2018-05");
  assertEquals(set.ordinal("2018-04"), undefined);
  assertEquals(set.has(set.first - 1, NOW), false);
  assertEquals(set.between("2017-01-01", "2018-05-31", NOW), { from: set.first, to: set.first });
  assertEquals(set.between("2017-01-01", "2017-12-31", NOW), null);
});

Deno.test("time sets: keys of another grain, of another form or of no real time are not keys of the set", () => {
  for (
    const key of [
      "2024-01-15T07",
      "2024-01",
      "2024-02-30",
      "2024-1-5",
      "24-01-15",
      "",
      "today",
      "2024-01-15 ",
    ]
  ) {
    assertEquals(daily().ordinal(key), undefined, key);
  }
  for (
    const key of ["2024-01-15", "2024-01-15T24", "2024-01-15T07:00", "2024-01-15T07Z", "2024-01-15T07+00:00"]
  ) {
    assertEquals(hourly().ordinal(key), undefined, key);
  }
  for (const key of ["2024-13", "2024", "2024-01-01"]) assertEquals(monthly().ordinal(key), undefined, key);
});

Deno.test("time sets: a spec makes the same set again", () => {
  const set = hourly({ timeZone: "Asia/Kolkata", start: "2018-01-01", open: true });
  assertEquals(set.spec, { type: "hourly", timeZone: "Asia/Kolkata", start: "2018-01-01", open: true });
  const again = partitionSet(JSON.parse(JSON.stringify(set.spec)));
  assertEquals(again.spec, set.spec);
  assertEquals(again.existing(NOW), set.existing(NOW));
});

Deno.test("time sets: a start or zone that cannot be meant is refused", () => {
  for (const start of ["2018-02-30", "2018-01", "1969-12-31", "yesterday"]) {
    assertThrows(
      () => daily({ start }),
      RangeError,
      `the start is "${start}", wanted a date since "1970-01-01"`,
    );
  }
  assertThrows(
    () => daily({ timeZone: "Mars/Olympus" }),
    RangeError,
    'found "Mars/Olympus", wanted an IANA name',
  );
});

Deno.test("time sets: a hundred years of hours cost nothing", () => {
  const set = hourly({ start: "1970-01-01" });
  const range = set.existing(Date.UTC(2070, 0, 1))!;
  assertEquals(count([range]), Date.UTC(2070, 0, 1) / HOUR);
  assertEquals(
    daily({ timeZone: "Europe/Berlin" }).key(100 * 365 + 25),
    new Date((100 * 365 + 25) * DAY).toISOString().slice(0, 10),
  );
});
