import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { memoryState } from "../../adapters/state/memory/state.ts";
import { memoryStore } from "../../adapters/state/memory/store.ts";
import { systemClock } from "../../app/system.ts";
import type { Instant, RunRecord, Sensed, SensorContext } from "../../core/mod.ts";
import { reachable } from "../../sensors/reachable.ts";
import { paced, unpaced } from "../../sources/openaq/pace.ts";
import { probe } from "../../sources/openaq/probe.ts";
import { fixedServer } from "../faults/fixed_server.ts";

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

Deno.test("a probe is one small request; whoever answers at all is up, but for its own errors", async () => {
  await using server = fixedServer();
  const { url, key } = { url: server.env.OPENAQ_API_URL!, key: server.env.OPENAQ_API_KEY! };
  const options = { url, key, timeout: 1, fetch, pace: unpaced, clock: systemClock };
  assertEquals([await probe(options, never), server.requests], [null, 1]);
  const answers: [number, RegExp | null][] = [[503, /^"http:\S+" answered 503$/], [429, null], [401, null], [
    500,
    /500/,
  ]];
  for (const [status, message] of answers) {
    server.fault = () => new Response("<html>", { status });
    const found = await probe(options, never);
    if (message === null) assertEquals(found, null);
    else assertMatch(found!, message);
  }
  server.fault = () => new Promise((resolve) => setTimeout(() => resolve(new Response()), 300));
  assertMatch((await probe({ ...options, timeout: 0.1 }, never))!, /did not answer within 0.1 s$/);
  const ended = AbortSignal.abort(new Error("over"));
  await assertRejects(() => probe(options, ended), Error, "over");
  const port = server.port;
  await server[Symbol.asyncDispose]();
  assertMatch(
    (await probe({ ...options, url: `http://127.0.0.1:${port}/v3` }, never))!,
    /cannot be reached \(/,
  );
});

Deno.test("a probe takes its place in the pace, and asks nothing where that is used up", async () => {
  await using server = fixedServer();
  const kv = memoryState(memoryStore(), "a").keyValue;
  const pace = paced({ perMinute: 2, perHour: 100, kv, clock: systemClock });
  const options = {
    url: server.env.OPENAQ_API_URL!,
    key: null,
    timeout: 1,
    fetch,
    pace,
    clock: systemClock,
  };
  for (let i = 0; i < 4; i++) assertEquals(await probe(options, never), null);
  assertEquals(server.requests, 2);
});
