import { assertEquals } from "@std/assert";
import { memoryState } from "../../adapters/state/memory/state.ts";
import { memoryStore } from "../../adapters/state/memory/store.ts";
import { MINUTE, type SensorContext, SourceHealth } from "../../core/mod.ts";
import { reachable } from "../../sensors/reachable.ts";
import { fakeClock } from "../fake_clock.ts";

const never = new AbortController().signal;
const START = Date.UTC(2024, 1, 1, 12, 0, 30);

/** A sensor over a service of which a test says how it stands. */
function opened() {
  const clock = fakeClock(START);
  const health = new SourceHealth("post", memoryState(memoryStore(), "a").keyValue, clock);
  const service = { down: null as string | null, isBusy: false, probes: 0 };
  const probe = () => {
    service.probes++;
    if (service.down !== null) return Promise.reject(new Error(service.down));
    return Promise.resolve(!service.isBusy);
  };
  const sensor = reachable({
    name: "post",
    pool: "post",
    service: { known: () => health.known(), probe: (signal) => health.probe(probe, signal) },
  });
  let cursor: SensorContext<unknown>["cursor"];
  const call = async () => {
    const given = { cursor, now: clock.now(), signal: never };
    const sensed = await sensor.sense(given as Partial<SensorContext<unknown>> as SensorContext<unknown>);
    cursor = sensed.cursor ?? cursor;
    return sensed.skip;
  };
  return { sensor, service, health, clock, call };
}

Deno.test("a service is probed at first, and while it is in trouble, and it is said when it answered", async () => {
  const { sensor, service, health, clock, call } = opened();
  assertEquals(sensor.every, MINUTE);
  service.isBusy = true;
  assertEquals(await call(), "post: not asked yet", "there was no room to ask");
  service.isBusy = false;
  assertEquals(await call(), "post answered at 2024-02-01T12:00Z");
  await clock.advance(49 * MINUTE);
  assertEquals(await call(), "post answered at 2024-02-01T12:00Z", "nobody asked since");
  await health.answered();
  assertEquals([await call(), service.probes], ["post answered at 2024-02-01T12:49Z", 2]);
  await clock.advance(50 * MINUTE);
  assertEquals(
    [await call(), service.probes],
    ["post answered at 2024-02-01T13:39Z", 3],
    "it is quiet for long",
  );
  await clock.advance(MINUTE);
  service.down = "found no answer";
  await health.failed("one letter was lost", false);
  const down = "post is down: found no answer; what asks it waits";
  assertEquals([await call(), await call(), service.probes], [down, down, 4]);
  clock.suspend(MINUTE);
  service.down = null;
  assertEquals([await call(), service.probes], ["post answered at 2024-02-01T13:41Z", 5]);
});

Deno.test("one that fails a question and is not asked yet whether it fails all is told as both", async () => {
  const { service, health, clock, call } = opened();
  await call();
  service.isBusy = true;
  await health.failed("one letter was lost", false);
  clock.suspend(MINUTE);
  assertEquals(await call(), "post answered at 2024-02-01T12:00Z, and not since: one letter was lost");
});

Deno.test("one that is only shown is not asked", async () => {
  const { skip } = await reachable({ name: "post", pool: "post", service: undefined }).sense(
    { signal: never } as Partial<SensorContext<unknown>> as SensorContext<unknown>,
  );
  assertEquals(skip, "post: not asked yet");
});
