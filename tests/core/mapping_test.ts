import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  all,
  type BoundMapping,
  custom,
  daysOfMonth,
  hoursOfDay,
  identity,
  latest,
  lookBack,
  type Mapping,
  offset,
  windows,
} from "../../core/mapping.ts";
import { type PartitionSet, single, type TimeSet } from "../../core/partition/partition_set.ts";
import { contains, count, fromOrdinals, type Ranges } from "../../core/partition/ranges.ts";
import { staticKeys, staticSet } from "../../core/partition/static_set.ts";
import { daily, hourly, monthly } from "../../core/partition/time_set.ts";
import { zonedInstants, zones } from "./partition/zones.ts";

const NOW = Date.parse("2024-01-15T07:30Z");
const hours = hourly();
const days = daily();
const months = monthly();

/** First and last key of one contiguous range. */
function keys(set: PartitionSet, ranges: Ranges): (string | null)[] {
  assertEquals(ranges.length, 1);
  return [set.key(ranges[0]!.from), set.key(ranges[0]!.to)];
}

function members(mapping: Mapping<TimeSet, TimeSet>, up: TimeSet, down: TimeSet, key: string) {
  return keys(up, mapping.bind(up, down).members(down.ordinal(key)!, NOW));
}

/** Asserts that near the two partitions `members` and `dependents` are each other's inverse. */
function assertInverse(bound: BoundMapping, up: TimeSet, down: TimeSet, member: number, partition: number) {
  for (let d = Math.max(down.first, partition - 3); d <= partition + 3; d++) {
    const reads = bound.members(d, NOW);
    for (let u = Math.max(up.first, member - 3); u <= member + 3; u++) {
      assertEquals(
        contains(reads, u),
        contains(bound.dependents!(u, NOW), d),
        `${up.key(u)} → ${down.key(d)}`,
      );
    }
  }
}

Deno.test("hoursOfDay: 24 hours in UTC", () => {
  assertEquals(members(hoursOfDay, hours, days, "2024-01-15"), ["2024-01-15T00", "2024-01-15T23"]);
  const bound = hoursOfDay.bind(hours, days);
  assertEquals(keys(days, bound.dependents!(hours.ordinal("2024-01-15T23")!, NOW)), [
    "2024-01-15",
    "2024-01-15",
  ]);
});

Deno.test("hoursOfDay: of a zone's day, 23 or 25 where the clock shifts", () => {
  const timeZone = "Europe/Berlin";
  const bound = hoursOfDay.bind(hourly({ timeZone }), daily({ timeZone }));
  const size = (key: string) => count(bound.members(daily({ timeZone }).ordinal(key)!, NOW));
  assertEquals([size("2023-03-26"), size("2023-10-29"), size("2023-10-30")], [23, 25, 24]);
});

Deno.test("hoursOfDay: UTC hours of another zone's day, the halves of hours at its edges included", () => {
  assertEquals(members(hoursOfDay, hours, daily({ timeZone: "Asia/Ho_Chi_Minh" }), "2024-01-15"), [
    "2024-01-14T17",
    "2024-01-15T16",
  ]);
  const kolkata = daily({ timeZone: "Asia/Kolkata" });
  assertEquals(members(hoursOfDay, hours, kolkata, "2024-01-15"), ["2024-01-14T18", "2024-01-15T18"]);
  const shared = hoursOfDay.bind(hours, kolkata).dependents!(hours.ordinal("2024-01-14T18")!, NOW);
  assertEquals(keys(kolkata, shared), ["2024-01-14", "2024-01-15"]);
});

Deno.test("daysOfMonth: leap and common Februaries, and a month of 744 hours", () => {
  assertEquals(members(daysOfMonth, days, months, "2024-02"), ["2024-02-01", "2024-02-29"]);
  assertEquals(members(daysOfMonth, days, months, "2023-02"), ["2023-02-01", "2023-02-28"]);
  assertEquals(count(windows({}).bind(hours, months).members(months.ordinal("2024-01")!, NOW)), 744);
});

Deno.test("windows: offset and look-back count the downstream grain", () => {
  assertEquals(members(offset(-1), days, days, "2024-03-01"), ["2024-02-29", "2024-02-29"]);
  assertEquals(members(offset(-1), hours, days, "2024-03-01"), ["2024-02-29T00", "2024-02-29T23"]);
  assertEquals(members(offset(1), hours, hours, "2024-03-01T23"), ["2024-03-02T00", "2024-03-02T00"]);
  assertEquals(members(lookBack(2), days, months, "2024-03"), ["2024-01-01", "2024-03-31"]);
  assertEquals(members(windows({ from: -1, to: 1 }), days, days, "2024-03-01"), ["2024-02-29", "2024-03-02"]);
  assertEquals(members(windows({}), days, hours, "2024-03-01T05"), ["2024-03-01", "2024-03-01"]);
});

Deno.test("windows: nothing before a set's start is read or reads", () => {
  const late = daily({ start: "2018-01-03" });
  assertEquals(members(lookBack(5), late, days, "2018-01-04"), ["2018-01-03", "2018-01-04"]);
  assertEquals(offset(-1).bind(late, days).members(late.first, NOW), []);
  assertEquals(offset(1).bind(days, late).dependents!(late.first - 1, NOW), []);
  assertEquals(identity.bind(days, late).dependents!(late.first - 1, NOW), []);
  assertEquals(identity.bind(late, days).members(late.first - 1, NOW), []);
});

Deno.test("windows: members are those whose windows overlap, dependents their exact inverse", () => {
  const grains = fc.constantFrom(hourly, daily, monthly);
  const shifts = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(3)).map(([from, size]) => ({
    from,
    to: from + size,
  }));
  fc.assert(
    fc.property(
      grains,
      grains,
      zones,
      zonedInstants,
      shifts,
      (makeUp, makeDown, upZone, [timeZone, instant], shift) => {
        const up = makeUp({ timeZone: upZone, start: "2016-02-01" });
        const down = makeDown({ timeZone, start: "2016-02-03" });
        const partition = down.at(instant);
        const bound = windows(shift).bind(up, down);
        const begin = down.window(partition + shift.from).start;
        const { end } = down.window(partition + shift.to);
        assertInverse(bound, up, down, up.at(begin), partition);
        assertInverse(bound, up, down, up.at(end - 1), partition);
        if (partition < down.first) return;
        const reads = bound.members(partition, NOW);
        for (const edge of [up.at(begin), up.at(end)]) {
          for (let member = edge - 2; member <= edge + 2; member++) {
            const window = up.window(member);
            const overlaps = member >= up.first && window.start < end && window.end > begin;
            assertEquals(contains(reads, member), overlaps);
          }
        }
      },
    ),
    { numRuns: 1500 },
  );
});

Deno.test("identity: the same window, static key or single partition", () => {
  const bound = identity.bind(days, daily({ start: "2020-01-01" }));
  assertEquals(bound.members(19737, NOW), [{ from: 19737, to: 19737 }]);
  assertEquals(bound.dependents!(19737, NOW), [{ from: 19737, to: 19737 }]);
  assertEquals(identity.bind(single, single).members(0, NOW), [{ from: 0, to: 0 }]);
  assertEquals(identity.bind(single, single).dependents!(0, NOW), [{ from: 0, to: 0 }]);

  const up = staticSet({ type: "static", keys: ["a", "b", "c"], retired: ["c"] });
  const down = staticKeys(["c", "b"]);
  const cities = identity.bind(up, down);
  assertEquals([cities.members(0, NOW), cities.members(1, NOW)], [[], [{ from: 1, to: 1 }]]);
  assertEquals([0, 1, 2].map((member) => cities.dependents!(member, NOW)), [[], [{ from: 1, to: 1 }], []]);
});

Deno.test("identity: other grains, zones and kinds are refused", () => {
  assertThrows(
    () => identity.bind(hours, daily({ timeZone: "Asia/Ho_Chi_Minh" })),
    TypeError,
    'binding "identity": found hourly (UTC) read by daily (Asia/Ho_Chi_Minh) partitions, wanted `windows`',
  );
  assertThrows(() => identity.bind(days, daily({ timeZone: "Asia/Ho_Chi_Minh" })), TypeError);
  assertThrows(() => identity.bind(single, days), TypeError);
  identity.bind(daily({ timeZone: "Asia/Calcutta" }), daily({ timeZone: "Asia/Kolkata" }));
});

Deno.test("window mappings refuse sets without time and windows that cannot be meant", () => {
  const loose: Mapping = lookBack(1);
  assertThrows(
    () => loose.bind(single, days),
    TypeError,
    'binding "window(-1..0)": found single read by daily',
  );
  const strict: Mapping = hoursOfDay;
  assertThrows(() => strict.bind(days, days), TypeError, "found daily (UTC) read by daily (UTC) partitions");
  assertThrows(
    () => windows({ from: 1, to: 0 }),
    RangeError,
    "found 1 to 0, wanted whole numbers, ascending",
  );
  assertThrows(() => offset(0.5), RangeError);
});

Deno.test("latest: the last partition that exists, read by all that exist", () => {
  const bound = latest.bind(days, months);
  const yesterday = days.ordinal("2024-01-14")!;
  assertEquals(bound.members(months.first, NOW), [{ from: yesterday, to: yesterday }]);
  assertEquals(bound.dependents!(yesterday, NOW), [months.existing(NOW)!]);
  assertEquals(bound.dependents!(yesterday - 1, NOW), []);
  assertEquals(bound.members(months.first, 0), []);
  assertEquals(latest.bind(single, days).members(days.first, NOW), [{ from: 0, to: 0 }]);
  assertEquals(latest.bind(single, days).dependents!(0, 0), [], "no day exists yet");
});

Deno.test("all: everything that exists, retired keys left out", () => {
  const cities = staticSet({ type: "static", keys: ["a", "b", "c", "d"], retired: ["b", "d"] });
  assertEquals(all.bind(cities, single).members(0, NOW), fromOrdinals([0, 2]));
  assertEquals(all.bind(cities, single).dependents!(1, NOW), []);
  assertEquals(all.bind(single, cities).dependents!(0, NOW), fromOrdinals([0, 2]));
  assertEquals(all.bind(days, single).members(0, NOW), [days.existing(NOW)!]);
  assertEquals(latest.bind(cities, single).members(0, NOW), fromOrdinals([2]));
});

Deno.test("custom: any pure function of the two sets, its answer put in order", () => {
  const sameDayLastYear = custom<typeof days, typeof days>({
    id: "years(-1..0)",
    *members(partition, { upstream, downstream }) {
      const key = downstream.key(partition)!;
      const before = upstream.ordinal(`${Number(key.slice(0, 4)) - 1}${key.slice(4)}`);
      yield { from: partition, to: partition };
      if (before !== undefined) yield { from: before, to: before };
    },
  });
  const bound = sameDayLastYear.bind(days, days);
  const [today, before] = [days.ordinal("2024-03-01")!, days.ordinal("2023-03-01")!];
  assertEquals(bound.members(today, NOW), fromOrdinals([before, today]));
  assertEquals(bound.members(days.ordinal("2024-02-29")!, NOW), fromOrdinals([today - 1]));
  assertStrictEquals(bound.dependents, undefined);

  const first = custom({
    id: "first",
    members: (_, { upstream }, now) => [upstream.existing(now)!],
    dependents: (_, { downstream }, now) => [downstream.existing(now)!],
  }).bind(single, days);
  assertEquals(first.dependents!(0, NOW), [days.existing(NOW)!]);
});

Deno.test("mappings: the id tells apart what reads differently", () => {
  assertEquals(
    [identity, hoursOfDay, daysOfMonth, offset(-1), lookBack(2), latest, all].map(({ id }) => id),
    ["identity", "window(0..0)", "window(0..0)", "window(-1..-1)", "window(-2..0)", "latest", "all"],
  );
});
