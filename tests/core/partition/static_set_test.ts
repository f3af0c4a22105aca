import { assertEquals, assertThrows } from "@std/assert";
import { partitionSet } from "../../../core/partition/spec.ts";
import { single } from "../../../core/partition/partition_set.ts";
import { staticKeys, staticSet } from "../../../core/partition/static_set.ts";

Deno.test("static sets: a key's ordinal is its place", () => {
  const set = staticKeys(["hanoi", "hue"]);
  assertEquals(set.existing(0), { from: 0, to: 1 });
  assertEquals([set.ordinal("hue"), set.ordinal("saigon")], [1, undefined]);
  assertEquals(set.key(1), "hue");
  assertEquals([set.window(0), set.at(0), set.nextExisting(0)], [null, undefined, Infinity]);
  assertEquals(set.between("2018-01-01", undefined, 0), { from: 0, to: 1 });
  assertThrows(() => set.key(2), RangeError, "found ordinal 2, wanted one below 2");
});

Deno.test("static sets: retired keys keep their ordinal and do not exist", () => {
  const set = staticSet({ type: "static", keys: ["a", "b", "c", "d"], retired: ["b", "d"] });
  assertEquals(set.existing(0), { from: 0, to: 2 });
  assertEquals([0, 1, 2, 3, 4].map((ordinal) => set.has(ordinal, 0)), [true, false, true, false, false]);
  assertEquals([set.key(1), set.ordinal("b")], ["b", undefined]);
  assertEquals(staticSet({ type: "static", keys: ["a"], retired: ["a"] }).existing(0), null);
  assertEquals(partitionSet(set.spec).spec, set.spec);
});

Deno.test("static sets: empty and repeated keys are refused", () => {
  assertThrows(() => staticKeys(["a", "b", "a"]), TypeError, '"a" stands there twice');
  assertThrows(() => staticKeys([""]), TypeError, 'found the key "", wanted a name');
});

Deno.test("single: one partition without a key", () => {
  assertEquals(single.existing(0), { from: 0, to: 0 });
  assertEquals([single.key(0), single.ordinal("0")], [null, undefined]);
  assertEquals([single.has(0, 0), single.has(1, 0)], [true, false]);
  assertEquals(partitionSet({ type: "single" }), single);
});
