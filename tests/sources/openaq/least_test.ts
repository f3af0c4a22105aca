import { assertEquals } from "@std/assert";
import { leastSeconds } from "../../../sources/openaq/least.ts";

Deno.test("requests take at least as long as the pace holds them back, and no longer", () => {
  const pace = { perMinute: 60, perHour: 2_000 };
  const least = (requests: number) => leastSeconds(requests, pace);
  assertEquals([0, 1, 27, 60].map(least), [0, 0, 0, 0]);
  assertEquals([61, 120, 121].map(least), [60, 60, 120]);
  assertEquals([2_000, 2_001, 2_061].map(least), [33 * 60, 3_600, 3_660]);
  assertEquals(leastSeconds(601, { perMinute: 10, perHour: 1_000 }), 3_600);
});
