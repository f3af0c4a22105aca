import { assert, assertEquals } from "@std/assert";
import { isSame } from "../../../web/safety/secret.ts";
import { Tries } from "../../../web/safety/tries.ts";

Deno.test("waits double up to five minutes, and are forgotten after an hour without a try", () => {
  let now = 0;
  const tries = new Tries(() => now);
  const waits = Array.from({ length: 16 }, () => {
    tries.failed("10.0.0.7");
    return tries.wait("10.0.0.7") / 1_000;
  });
  assertEquals(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  assertEquals(tries.wait("10.0.0.8"), 0);
  now += 299_000;
  assertEquals(tries.wait("10.0.0.7"), 1_000);
  now += 3_600_000;
  tries.failed("10.0.0.7");
  assertEquals(tries.wait("10.0.0.7"), 0);
});

Deno.test("of IPv6 a network is one address, and an IPv4 address in its clothes is itself", () => {
  const tries = new Tries(() => 0);
  for (let n = 0; n < 5; n++) tries.failed(`2001:db8:0:7::${n}`);
  assert(tries.wait("2001:db8:0:7:8000::1") > 0);
  assertEquals(tries.wait("2001:db8:0:8::1"), 0);
  for (let n = 0; n < 5; n++) tries.failed("::ffff:10.0.0.7");
  assert(tries.wait("::ffff:10.0.0.7") > 0);
  assertEquals(tries.wait("::ffff:10.0.0.8"), 0);
});

Deno.test("no more addresses are remembered than fit, and those that tried last", () => {
  const tries = new Tries(() => 0);
  for (let n = 0; n < 5; n++) tries.failed("10.0.0.7");
  for (let n = 0; n < 9_999; n++) tries.failed(`host ${n}`);
  assert(tries.wait("10.0.0.7") > 0);
  tries.failed("one more");
  assertEquals([tries.size, tries.wait("10.0.0.7")], [10_000, 0]);
});

Deno.test("texts are the same or not, whatever their lengths", () => {
  const long = "a".repeat(256);
  for (
    const [a, b, same] of [["", "", true], ["a", "a", true], ["a", "b", false], ["a", "", false]] as const
  ) {
    assertEquals(isSame(a, b), same);
  }
  assertEquals([isSame(long, long), isSame(long, `${long}a`), isSame(`${long}a`, `${long}a`)], [
    true,
    false,
    false,
  ]);
  assertEquals(isSame("a", "a\0"), false);
});
