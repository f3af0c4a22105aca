import { assertThrows } from "@std/assert";
import { when } from "../../../core/automation/condition.ts";
import { isTimeSet } from "../../../core/partition/partition_set.ts";
import { agrees } from "./world.ts";

Deno.test("within the latest two windows is what fewer than two came after; sets without time have none", () =>
  agrees(
    when.withinLatest(2),
    () => ({ view: { index: { now } }, node: { set }, partition }) =>
      !isTimeSet(set) || !set.has(partition + 2, now),
  ));

Deno.test("a look-back over no window, or a part of one, cannot be meant", () => {
  for (const windows of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => when.withinLatest(windows), RangeError);
  }
});
