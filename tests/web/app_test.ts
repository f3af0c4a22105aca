import { assert, assertEquals, assertMatch } from "@std/assert";
import { definer } from "../../core/asset.ts";
import { Pulse, type Vitals } from "../../core/mod.ts";
import { staticKeys } from "../../core/partition/static_set.ts";
import { graph } from "../../core/graph.ts";
import { lab, NOON } from "../core/lab.ts";
import { fakeClock } from "../fake_clock.ts";
import { webApp } from "../../web/app.ts";

const { asset } = definer<null>();
const parts = asset({
  key: "t/parts",
  partitions: staticKeys(["a", "b", "c"]),
  async *materialize({ partitions }) {
    await null;
    for (const { ordinal } of partitions) yield [{ partition: ordinal, dataVersion: "1" }];
  },
});

/** What is answered about a daemon; `get` answers status and text. */
async function watched(given: Partial<Vitals> = {}) {
  const clock = fakeClock(NOON);
  const { orchestrator, state } = await lab([parts]);
  const pulse = new Pulse(clock);
  const app = webApp({
    pulse,
    lookbackDays: 7,
    lake: () => ({ orchestrator, state, graph: graph([parts]), requests: () => 7, limited: () => 2 }),
    hindrance: () => Promise.resolve(undefined),
    process: {
      version: "1.2.3",
      runtime: "deno 2",
      started: NOON - 1_500,
      memory: () => 1024,
      now: clock.now,
      speed: 1,
    },
    ...given,
  });
  const get = async (path: string) => {
    const response = await app.request(path);
    return [response.status, await response.text()] as const;
  };
  return { clock, orchestrator, state, pulse, get };
}

Deno.test("a daemon is well as long as both of its loops give signs of life", async () => {
  const { clock, pulse, get } = await watched();
  await clock.advance(60_000);
  assertEquals(await get("/healthz"), [200, "ok\n"]);
  pulse.beat("ticks");
  await clock.advance(1_000);
  assertEquals(await get("/healthz"), [503, "no sign of life for 61 s\n"]);
  pulse.beat("runs");
  assertEquals(await get("/healthz"), [200, "ok\n"]);
  clock.suspend(600_000);
  assertEquals(await get("/healthz"), [200, "ok\n"], "a machine that slept");
});

Deno.test("a daemon that cannot work says why", async () => {
  assertEquals(await (await watched()).get("/readyz"), [200, "ok\n"]);
  const { get } = await watched({ hindrance: () => Promise.resolve("the disk is full") });
  assertEquals(await get("/readyz"), [503, "the disk is full\n"]);
});

Deno.test("metrics count runs, partitions and requests, and tell of the process", async () => {
  const { clock, orchestrator, state, pulse, get } = await watched();
  const ranges = [{ asset: "t/parts", from: "a", to: "b" }];
  await state.enqueue({ command: "materialize", ranges }, NOON);
  for await (const _ of orchestrator.work());
  await state.enqueue({ command: "materialize", ranges }, NOON);
  pulse.leads = true;
  pulse.tick();
  await clock.advance(2_500);
  const [status, text] = await get("/metrics");
  assertEquals(status, 200);
  for (
    const line of [
      'airgraph_runs{status="succeeded"} 1',
      'airgraph_runs{status="queued"} 1',
      'airgraph_runs{status="failed"} 0',
      "airgraph_queue_length 1",
      'airgraph_partitions{asset="t/parts",state="fresh"} 2',
      'airgraph_partitions{asset="t/parts",state="missing"} 1',
      "airgraph_source_requests_total 7",
      "airgraph_leads 1",
      "airgraph_last_tick_age_seconds 2.5",
      "process_resident_memory_bytes 1024",
    ]
  ) assert(text.includes(`\n${line}\n`), `found no "${line}" in ${text}`);
  assert(!text.includes('state="total"'));
});

Deno.test("without an open lake, the process is told of alone, and any other page says that it is not open", async () => {
  const { get } = await watched({ lake: () => undefined });
  const [status, text] = await get("/metrics");
  assertEquals([status, text.includes("airgraph_runs")], [200, false]);
  assertMatch(text, /airgraph_last_tick_age_seconds gauge\n# HELP/);
  for (const path of ["/", "/nowhere"]) {
    const [status, page] = await get(path);
    assertEquals(status, 503);
    assertMatch(page, /<h1>The lake is not open<\/h1>/);
  }
});

Deno.test("the lake is told of to who asks by this machine's own names", async () => {
  const { get } = await watched();
  const [status, text] = await get("/api/assets");
  assertEquals([status, JSON.parse(text).length], [200, 1]);
  assertEquals((await get("http://127.0.0.1:8321/api/assets"))[0], 200);
  assertEquals((await get("http://elsewhere.example/api/assets"))[0], 403);
});
