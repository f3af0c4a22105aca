import { assert, assertEquals, assertThrows } from "@std/assert";
import { all, definer, from, graph } from "../../core/mod.ts";
import { hourly } from "../../core/partition/time_set.ts";
import { Pulse } from "../../core/mod.ts";
import { metricsOf } from "../../web/metrics.ts";
import { exposition } from "../../web/exposition.ts";
import { lab, NOON } from "../core/lab.ts";
import { fakeClock } from "../fake_clock.ts";
import { readMetrics } from "./prometheus.ts";

const HOUR = 3_600_000;
const { asset } = definer<null>();

/** Hours that are promised two hours after their end. */
const hours = asset({
  key: "t/hours",
  partitions: hourly({ start: "2024-02-01" }),
  freshness: { within: { hours: 2 }, after: "partition-end" },
  async *materialize({ partitions }) {
    await null;
    for (const { ordinal } of partitions) yield [{ partition: ordinal, dataVersion: "1" }];
  },
});
const broken = asset({
  key: "t/odd",
  retry: { most: 1 },
  // deno-lint-ignore require-yield
  async *materialize() {
    await null;
    throw new Error("found it broken");
  },
});
const reader = asset({
  key: "t/reader",
  deps: { broken: from(broken, all), hours: from(hours, all) },
  async *materialize() {
    await null;
    yield [{ partition: 0, dataVersion: "1" }];
  },
});

/** @param speed How many times as fast as the machine the lake lives. */
async function watched(speed = 1) {
  const clock = fakeClock(NOON, { auto: true });
  const machine = speed === 1 ? clock : fakeClock(NOON);
  const { orchestrator, state } = await lab([hours, broken, reader], { clock, machine });
  const pulse = new Pulse(clock);
  const scrape = async () => {
    const metrics = await metricsOf({
      lookbackDays: 7,
      pulse,
      lake: () => ({
        orchestrator,
        state,
        graph: graph([hours, broken, reader]),
        requests: () => 7,
        limited: () => 2,
      }),
      hindrance: () => Promise.resolve(undefined),
      process: {
        version: "1.2.3",
        runtime: "deno 2",
        started: NOON - 1_500,
        memory: () => 1_024,
        now: clock.now,
        speed,
      },
    });
    return readMetrics(exposition(metrics));
  };
  const value = async (series: string) =>
    (await scrape()).get(series.replace(/(_sum|_count)?(\{.*)?$/, ""))?.samples.get(series);
  return { clock, orchestrator, state, pulse, scrape, value };
}

Deno.test("all that is told is Prometheus' text, also where nothing has happened yet", async () => {
  const { scrape } = await watched();
  const metrics = await scrape();
  assertEquals(
    metrics.get("airgraph_build_info")?.samples,
    new Map([
      ['airgraph_build_info{version="1.2.3",runtime="deno 2"}', 1],
    ]),
  );
  assertEquals(metrics.get("airgraph_ticks_total")?.samples.size, 0);
  assertEquals(
    metrics.get("airgraph_queue_oldest_age_seconds")?.samples.get("airgraph_queue_oldest_age_seconds"),
    0,
  );
  assertEquals(
    metrics.get("process_start_time_seconds")?.samples.get("process_start_time_seconds"),
    NOON / 1_000 - 1.5,
  );
  for (const [name, { help }] of metrics) assert(help.length > 10, name);
});

Deno.test("steps, partitions, retries and ticks are counted as they end", async () => {
  const { clock, orchestrator, pulse, value } = await watched();
  const assets = new Set(["t/hours", "t/odd", "t/reader"]);
  const { observe } = pulse.counters;
  await orchestrator.materialize({ assets, all: true, lookbackDays: 1 }, { observe });
  pulse.counters.tick("automation", "requested", 1_500);
  pulse.counters.tick("automation", "failed", 500);
  pulse.counters.tick('an "odd" \\ name', "skipped", -1);
  assertEquals(await value('airgraph_ticks_total{ticker="an \\"odd\\" \\\\ name",outcome="skipped"}'), 1);
  assertEquals(await value('airgraph_steps_total{asset="t/hours",outcome="succeeded"}'), 12);
  assertEquals(await value('airgraph_steps_total{asset="t/odd",outcome="failed"}'), 1);
  assertEquals(await value('airgraph_step_duration_seconds_count{asset="t/hours"}'), 12);
  assertEquals(await value('airgraph_step_retries_total{asset="t/odd"}'), 1);
  const done = (asset: string, outcome: string) =>
    value(`airgraph_partitions_done_total{asset="${asset}",outcome="${outcome}"}`);
  assertEquals([await done("t/hours", "materialized"), await done("t/hours", "unchanged")], [12, 0]);
  assertEquals([await done("t/odd", "failed"), await done("t/reader", "blocked")], [1, 1]);
  assertEquals(await value('airgraph_ticks_total{ticker="automation",outcome="failed"}'), 1);
  assertEquals(await value('airgraph_ticks_total{ticker="automation",outcome="skipped"}'), 0);
  assertEquals(await value('airgraph_tick_duration_seconds_sum{ticker="automation"}'), 2);
  assertEquals(await value('airgraph_tick_duration_seconds_count{ticker="automation"}'), 2);

  await orchestrator.materialize({ assets: new Set(["t/hours"]), all: true, lookbackDays: 1, force: true }, {
    observe,
  });
  assertEquals(await done("t/hours", "unchanged"), 12);
  assertEquals(await value('airgraph_partitions{asset="t/hours",state="fresh"}'), 12);
  assertEquals(
    await value('airgraph_last_materialized_timestamp_seconds{asset="t/hours"}'),
    Math.max(NOON, clock.now()) / 1_000,
  );
});

Deno.test("what is late, and for how long it has been, is told of assets that promise to be fresh", async () => {
  const { clock, orchestrator, scrape, value } = await watched();
  await orchestrator.materialize({ assets: new Set(["t/hours"]), all: true, lookbackDays: 1 });
  const late = 'airgraph_late_partitions{asset="t/hours"}';
  const lag = 'airgraph_freshness_lag_seconds{asset="t/hours"}';
  assertEquals([await value(late), await value(lag)], [0, 0]);
  // The hour of 12 ends at 13, is promised by 15, and that of 13 by 16.
  await clock.advance(NOON + 4 * HOUR + 60_000 - clock.now());
  assertEquals([await value(late), await value(lag)], [2, 3_660]);
  assertEquals((await scrape()).get("airgraph_late_partitions")?.samples.size, 1);
});

Deno.test("the queue, alerts and deliveries are told as the state has them", async () => {
  const { clock, state, value } = await watched();
  const ranges = [{ asset: "t/reader", from: null, to: null }];
  await state.enqueue({ command: "materialize", ranges }, clock.now());
  await state.enqueue({ command: "materialize", ranges, priority: 3 }, clock.now() + 60_000);
  await clock.advance(90_000);
  assertEquals([await value("airgraph_queue_length"), await value("airgraph_queue_oldest_age_seconds")], [
    2,
    90,
  ]);
  const episode = { subject: "t/hours", severity: "error", message: "found it late", opened: NOON } as const;
  await state.alerts.begin({ ...episode, key: "late:1", rule: "late" }, ["file", "webhook"]);
  await state.alerts.begin({ ...episode, key: "late:2", rule: "late", subject: "t/x" }, ["file"]);
  assertEquals(await value('airgraph_alerts_open{rule="late",severity="error"}'), 2);
  assertEquals(await value('airgraph_alert_deliveries_pending{channel="file"}'), 2);
  assertEquals(await value("airgraph_source_rate_limited_total"), 2);
});

Deno.test("where the lake lives faster, durations are the machine's", async () => {
  const sums = await Promise.all([1, 360].map(async (speed) => {
    const { orchestrator, pulse, value } = await watched(speed);
    const { observe } = pulse.counters;
    await orchestrator.materialize({ assets: new Set(["t/odd"]), all: true, lookbackDays: 1 }, { observe });
    return await value('airgraph_step_duration_seconds_sum{asset="t/odd"}');
  }));
  assert(sums[0]! > 0, "it waited before it tried again");
  assertEquals(sums[1], 0, "by the lake's time alone");
  const { clock, state, value } = await watched(360);
  await state.enqueue({ command: "materialize", ranges: [] }, clock.now());
  await clock.advance(HOUR);
  assertEquals(await value("airgraph_queue_oldest_age_seconds"), 10);
});

Deno.test("what is no text of Prometheus is found to be none", () => {
  const head = "# HELP a_total A.\n# TYPE a_total counter\n";
  assertEquals(readMetrics(`${head}a_total{b="\\"c"} 1\n`).size, 1);
  for (
    const odd of [
      "a 1\n",
      `${head}a_total 1`,
      `${head}a_total -1\n`,
      `${head}a_total{b="c} 1\n`,
      `${head}a_total{b="c",} 1\n`,
      `${head}a_total{b="c",b="d"} 1\n`,
      `${head}a_total 1\na_total 1\n`,
      `${head}b_total 1\n`,
      `${head}${head}`,
      "# TYPE a gauge\n# HELP a A.\n",
      "# HELP a_ms A.\n# TYPE a_ms gauge\n",
      "# HELP a A.\n# TYPE a counter\n",
      "# HELP a_total A.\n# TYPE a_total gauge\n",
    ]
  ) assertThrows(() => readMetrics(odd), Error, "", odd);
});
