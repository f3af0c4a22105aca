import { assertEquals } from "@std/assert";
import type { Instant, RunRecord, Sensed, SensorContext } from "../../core/mod.ts";
import { reachable } from "../../sensors/reachable.ts";

const never = new AbortController().signal;

/** A sensor over a service of which it is known how it stands, called with its own cursor. */
function opened() {
  const service = { down: null as string | null, probes: 0 };
  const runs: RunRecord[] = [];
  const sensor = reachable({
    name: "post",
    pool: "post",
    assets: ["t/letters"],
    probe: () => Promise.resolve((service.probes++, service.down)),
  });
  let cursor: SensorContext<unknown>["cursor"];
  const call = async (now: Instant): Promise<Sensed> => {
    const sensed = await sensor.sense(
      {
        cursor,
        now,
        signal: never,
        runs: { runs: () => Promise.resolve(runs), run: () => Promise.resolve(undefined) },
      } as Partial<SensorContext<unknown>> as SensorContext<unknown>,
    );
    cursor = sensed.cursor ?? cursor;
    return sensed;
  };
  const ended = (asset: string, status: RunRecord["status"], at: Instant) =>
    runs.unshift({
      id: runs.length + 1,
      status,
      started: at,
      ended: at,
      request: { command: "materialize", ranges: [{ asset, from: null, to: null }] },
      summary: null,
    });
  return { sensor, service, call, ended };
}

Deno.test("a service is probed at first, after a failed run that asked it, and again while it is down", async () => {
  const { sensor, service, call, ended } = opened();
  assertEquals(sensor.every, 60_000);
  assertEquals((await call(0)).down, { post: null });
  assertEquals(await call(100), { skip: "post answers" });
  ended("t/letters", "succeeded", 150);
  ended("t/parcels", "failed", 160);
  await call(200);
  assertEquals(service.probes, 1);
  service.down = "found no answer";
  ended("t/letters", "failed", 250);
  const down = await call(300);
  assertEquals([down.down, down.skip], [
    { post: "found no answer" },
    "post is down: found no answer; what asks it waits",
  ]);
  await call(400);
  service.down = null;
  assertEquals((await call(500)).down, { post: null });
  assertEquals([await call(600), service.probes], [{ skip: "post answers" }, 4]);
  await call(50);
  assertEquals(service.probes, 5, "a clock that is set back knows nothing of then");
});
