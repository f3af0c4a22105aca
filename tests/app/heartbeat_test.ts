import { assertEquals, assertRejects } from "@std/assert";
import { BEAT, Heartbeat, LATE } from "../../app/heartbeat.ts";
import { systemClock } from "../../app/system.ts";
import { HOUR, MINUTE, SECOND } from "../../core/mod.ts";

function beating() {
  let elapsed = 0;
  const heartbeat = new Heartbeat(() => elapsed);
  return { heartbeat, pass: (by: number) => void (elapsed += by) };
}

Deno.test("a beat that comes much too late was slept through, one that comes a little late was not", () => {
  const { heartbeat, pass } = beating();
  heartbeat.begin();
  pass(BEAT + LATE);
  assertEquals([heartbeat.awake(), heartbeat.asleep()], [BEAT + LATE, 0]);
  pass(65 * SECOND);
  assertEquals([heartbeat.awake(), heartbeat.asleep()], [BEAT + LATE + BEAT, 65 * SECOND - BEAT]);
  pass(BEAT);
  heartbeat.end();
  assertEquals([heartbeat.awake(), heartbeat.asleep()], [BEAT + LATE + 2 * BEAT, 65 * SECOND - BEAT]);
});

Deno.test("while nobody waits, nothing beats and no time counts as asleep", () => {
  const { heartbeat, pass } = beating();
  pass(HOUR);
  heartbeat.begin();
  heartbeat.begin();
  heartbeat.end();
  heartbeat.end();
  pass(MINUTE);
  assertEquals([heartbeat.awake(), heartbeat.asleep()], [HOUR + MINUTE, 0]);
});

Deno.test("the machine's clock sleeps for as long as it is told, and ends when it is cancelled", async () => {
  const before = systemClock.awake();
  await systemClock.sleep(20);
  assertEquals(systemClock.awake() - before >= 19, true);
  const cancel = new AbortController();
  const asleep = systemClock.sleep(2 ** 40, cancel.signal);
  cancel.abort(new Error("enough"));
  await assertRejects(() => asleep, Error, "enough");
  await assertRejects(() => systemClock.sleep(1, cancel.signal), Error, "enough");
});
