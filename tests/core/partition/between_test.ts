import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { daily, hourly, monthly } from "../../../core/partition/time_set.ts";
import { single } from "../../../core/partition/partition_set.ts";
import { zonedInstants } from "./zones.ts";

const NOW = Date.parse("2024-01-15T07:30Z");
const hours = hourly();
const days = daily();
const berlin = hourly({ timeZone: "Europe/Berlin" });

/** First key, last key and count of what the bounds choose. */
function chosen(set: typeof hours | typeof days | ReturnType<typeof monthly>, from?: string, to?: string) {
  const range = set.between(from, to, NOW);
  return range && [set.key(range.from), set.key(range.to), range.to - range.from + 1];
}

Deno.test("between: both bounds are inclusive in the set's own grain", () => {
  assertEquals(chosen(hours, "2018-01-01", "2018-01-31"), ["2018-01-01T00", "2018-01-31T23", 744]);
  assertEquals(chosen(days, "2018-01-01", "2018-01-31"), ["2018-01-01", "2018-01-31", 31]);
  assertEquals(chosen(days, "2018-01", "2018-01"), ["2018-01-01", "2018-01-31", 31]);
  assertEquals(chosen(hours, "2024-01-01T05", "2024-01-01T05"), ["2024-01-01T05", "2024-01-01T05", 1]);
  assertEquals(chosen(hours, "2018-01-01T05:30", "2018-01-01T06:00"), ["2018-01-01T05", "2018-01-01T06", 2]);
  assertEquals(chosen(days, "2018-01-01T05", "2018-01-02T00"), ["2018-01-01", "2018-01-02", 2]);
  assertEquals(chosen(monthly(), "2018-01-31", "2018-02-01"), ["2018-01", "2018-02", 2]);
  assertEquals(chosen(hours, "2018-02-28", "2018-02"), ["2018-02-28T00", "2018-02-28T23", 24]);
});

Deno.test("between: a time without offset is the zone's, one with an offset is absolute", () => {
  const vietnam = hourly({ timeZone: "Asia/Ho_Chi_Minh" });
  assertEquals(chosen(vietnam, "2018-01-01T05", "2018-01-01T05"), [
    "2018-01-01T05+07:00",
    "2018-01-01T05+07:00",
    1,
  ]);
  assertEquals(chosen(vietnam, "2018-01-01T05Z", "2018-01-01T05:00:00Z"), [
    "2018-01-01T12+07:00",
    "2018-01-01T12+07:00",
    1,
  ]);
  assertEquals(chosen(hours, "2018-01-01T05+07:00", "2018-01-01T05"), ["2017-12-31T22", "2018-01-01T05", 8]);
  assertEquals(chosen(hours, "2018-01-01T05-03:30", "2018-01-01T09"), ["2018-01-01T08", "2018-01-01T09", 2]);
});

Deno.test("between: days of 23 and 25 hours, and hours that come twice or never", () => {
  assertEquals(chosen(berlin, "2023-03-26", "2023-03-26")?.[2], 23);
  assertEquals(chosen(berlin, "2023-10-29", "2023-10-29")?.[2], 25);
  assertEquals(chosen(berlin, "2023-10-29T02", "2023-10-29T02"), [
    "2023-10-29T02+02:00",
    "2023-10-29T02+01:00",
    2,
  ]);
  assertEquals(chosen(berlin, "2023-03-26T02", "2023-03-26T02"), null);
  assertEquals(chosen(berlin, "2023-03-26T02", "2023-03-26T03"), [
    "2023-03-26T03+02:00",
    "2023-03-26T03+02:00",
    1,
  ]);
});

Deno.test("between: a missing bound is the set's start or what exists", () => {
  assertEquals(chosen(days), ["2016-01-01", "2024-01-14", 2936]);
  assertEquals(chosen(days, undefined, "2016-01-02"), ["2016-01-01", "2016-01-02", 2]);
  assertEquals(chosen(days, "2024-01-10"), ["2024-01-10", "2024-01-14", 5]);
  assertEquals(chosen(daily({ open: true }), "2024-01-10"), ["2024-01-10", "2024-01-15", 6]);
});

Deno.test("between: what does not exist yet, or lies before the start, is cut off", () => {
  assertEquals(chosen(days, "2024-01-10", "2030-01-01"), ["2024-01-10", "2024-01-14", 5]);
  assertEquals(chosen(days, "1900-01-01", "2016-01-01"), ["2016-01-01", "2016-01-01", 1]);
  assertEquals(chosen(days, "2030-01-01", "2030-01-02"), null);
  assertEquals(chosen(days, "2024-01-15", "2024-01-15"), null);
  assertEquals(daily().between("2018-01-01", undefined, 0), null);
});

Deno.test("between: the instants of a partition choose it", () => {
  fc.assert(
    fc.property(zonedInstants, ([timeZone, instant]) => {
      for (const make of [hourly, daily, monthly]) {
        const set = make({ timeZone, start: "2015-12-01" });
        const ordinal = set.at(instant);
        const key = set.key(ordinal)!;
        const text = new Date(instant).toISOString().replace(/\.\d+Z/, "Z");
        const now = Date.UTC(2040, 0);
        assertEquals(set.between(text, text, now), { from: ordinal, to: ordinal });
        if (make !== hourly) assertEquals(set.between(key, key, now), { from: ordinal, to: ordinal });
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("between: what is not a date or time, or in the wrong order, is refused", () => {
  for (
    const bound of [
      "2018",
      "2018-13",
      "2018-02-30",
      "2018-01-01T24",
      "2018-01-01T05:60",
      "2018-01Z",
      "now",
      "",
    ]
  ) {
    assertThrows(
      () => days.between(bound, undefined, NOW),
      RangeError,
      `choosing partitions: found "${bound}", wanted`,
    );
    assertThrows(
      () => days.between(undefined, bound, NOW),
      RangeError,
      `choosing partitions: found "${bound}", wanted`,
    );
  }
  assertThrows(
    () => days.between("2018-02-01", "2018-01", NOW),
    RangeError,
    '"2018-01" lies before "2018-02-01"',
  );
  assertThrows(
    () => days.between("2018-01-02", "2018-01-01", NOW),
    RangeError,
    '"2018-01-01" lies before "2018-01-02"',
  );
  assertThrows(() => hours.between("2018-01-01T05Z", "2018-01-01T05+07:00", NOW), RangeError, "lies before");
});

Deno.test("between: sets without time answer all that they have", () => {
  assertEquals(single.between("2018-01-01", "2018-01-01", NOW), { from: 0, to: 0 });
});
