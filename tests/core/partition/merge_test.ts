import { assertEquals, assertThrows } from "@std/assert";
import { merge } from "../../../core/partition/spec.ts";
import { single } from "../../../core/partition/partition_set.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";

const declare = (...keys: string[]) => staticKeys(keys).spec;

Deno.test("merge: without a record the declaration stands", () => {
  assertEquals(merge(declare("a"), undefined), declare("a"));
});

Deno.test("merge: static keys keep their places, new ones are appended, undeclared ones retired and revived", () => {
  const first = merge(declare("c", "a", "d"), declare("a", "b"));
  assertEquals(first, { type: "static", keys: ["a", "b", "c", "d"], retired: ["b"] });
  const second = merge(declare("b", "a"), first);
  assertEquals(second, { type: "static", keys: ["a", "b", "c", "d"], retired: ["c", "d"] });
  assertEquals(merge(declare("d", "c", "b", "a"), second), declare("a", "b", "c", "d"));
  assertEquals(merge(first, first), first);
});

Deno.test("merge: a time set may change its start and openness", () => {
  const declared = daily({ start: "2018-01-01", open: true }).spec;
  assertEquals(merge(declared, daily().spec), declared);
  const kolkata = daily({ timeZone: "Asia/Kolkata" }).spec;
  assertEquals(merge(kolkata, daily({ timeZone: "Asia/Calcutta" }).spec), kolkata);
});

Deno.test("merge: another grain, zone or kind of set is refused", () => {
  assertThrows(
    () => merge(hourly().spec, daily({ timeZone: "Asia/Ho_Chi_Minh" }).spec),
    TypeError,
    "declaring partitions: found hourly in UTC, wanted daily in Asia/Ho_Chi_Minh as recorded",
  );
  assertThrows(() => merge(daily({ timeZone: "Asia/Ho_Chi_Minh" }).spec, daily().spec), TypeError);
  assertThrows(() => merge(declare("a"), single.spec), TypeError, "found static, wanted single as recorded");
});
