import { type OpenLake, type ProcessVitals, type Pulse, SECOND, type Vitals } from "../core/mod.ts";
import { counter, gauge, type Metric, type Sample, summary } from "./exposition.ts";

/** What a daemon and its lake come to, as Prometheus' metrics. Names and labels stay what they are. */
export async function metricsOf({ pulse, lake, process, lookbackDays }: Vitals): Promise<Metric[]> {
  const open = lake();
  return [
    ...processMetrics(process),
    ...pulseMetrics(pulse),
    ...workMetrics(pulse),
    ...open === undefined ? [] : await lakeMetrics(open, process, lookbackDays),
  ];
}

function processMetrics({ version, runtime, started, memory }: ProcessVitals): Metric[] {
  return [
    gauge("airgraph_build_info", "The program's version and what runs it; always 1.", {
      labels: { version, runtime },
      value: 1,
    }),
    gauge("process_start_time_seconds", "When this process began, in seconds since 1970.", {
      value: started / SECOND,
    }),
    gauge("process_resident_memory_bytes", "Resident memory of this process.", { value: memory() }),
  ];
}

function pulseMetrics({ leads, silence, sinceTick }: Pulse): Metric[] {
  const age = sinceTick === undefined ? [] : [{ value: sinceTick / SECOND }];
  return [
    gauge("airgraph_leads", "Whether this process asks for runs.", { value: Number(leads) }),
    gauge("airgraph_silence_seconds", "Time since the last sign of life.", { value: silence / SECOND }),
    gauge("airgraph_last_tick_age_seconds", "Time since something last asked for runs here.", ...age),
  ];
}

/** Counts of what this process has done; those of one worker, to be summed over several. */
function workMetrics({ counters: { ticks, steps, partitions, retries } }: Pulse): Metric[] {
  return [
    counter(
      "airgraph_ticks_total",
      "Ticks by what asks for runs and how they went.",
      ...byOutcome(ticks, "ticker"),
    ),
    summary("airgraph_tick_duration_seconds", "How long ticks took.", ...durations(ticks, "ticker")),
    counter("airgraph_steps_total", "Steps that ended, by asset and outcome.", ...byOutcome(steps, "asset")),
    summary("airgraph_step_duration_seconds", "How long steps took.", ...durations(steps, "asset")),
    counter(
      "airgraph_step_retries_total",
      "How often an asset's code was tried again.",
      ...[...retries].map(([asset, value]) => ({ labels: { asset }, value })),
    ),
    counter(
      "airgraph_partitions_done_total",
      "What became of partitions, by asset: materialized with other content or unchanged, failed, or blocked.",
      ...[...partitions].flatMap(([asset, outcomes]) => labelled(outcomes, "outcome", { asset })),
    ),
  ];
}

async function lakeMetrics(
  { orchestrator, state, requests, limited }: OpenLake,
  { now, speed }: ProcessVitals,
  lookbackDays: number,
): Promise<Metric[]> {
  const [runs, oldest, assets, episodes, owed] = [
    await state.runCounts(),
    await state.oldest(),
    await orchestrator.counts(lookbackDays),
    await state.alerts.open(),
    await state.alerts.owed(),
  ];
  const alerts = Map.groupBy(episodes, ({ rule, severity }) => JSON.stringify([rule, severity]));
  return [
    gauge("airgraph_runs", "Runs that the state knows, as they stand or ended.", ...labelled(runs, "status")),
    gauge("airgraph_queue_length", "Runs that wait for a worker.", { value: runs.queued }),
    gauge(
      "airgraph_queue_oldest_age_seconds",
      "How long a run has waited that may be taken; 0 where none waits.",
      {
        value: oldest === null ? 0 : Math.max(0, now() - oldest) / speed / SECOND,
      },
    ),
    gauge(
      "airgraph_partitions",
      "Partitions by asset; fresh, stale and missing are all, the other states lie over these.",
      ...assets.flatMap(({ key: asset, partitions: { total: _, ...states } }) =>
        labelled(states, "state", { asset })
      ),
    ),
    gauge(
      "airgraph_late_partitions",
      "Partitions that break their asset's freshness promise.",
      ...assets.flatMap(({ key: asset, late }) => late === null ? [] : [{ labels: { asset }, value: late }]),
    ),
    gauge(
      "airgraph_freshness_lag_seconds",
      "For how long the oldest late partition has broken its asset's freshness promise; 0 where none is late.",
      ...assets.flatMap(({ key: asset, lag }) =>
        lag === null ? [] : [{ labels: { asset }, value: lag / SECOND }]
      ),
    ),
    gauge(
      "airgraph_last_materialized_timestamp_seconds",
      "When a partition of the asset was last materialized, in seconds since 1970.",
      ...assets.flatMap(({ key: asset, lastMaterialized: at }) =>
        at === null ? [] : [{ labels: { asset }, value: at / SECOND }]
      ),
    ),
    counter("airgraph_source_requests_total", "Requests to the source since this process opened the lake.", {
      value: requests(),
    }),
    counter("airgraph_source_rate_limited_total", "Those of these requests that were answered 429.", {
      value: limited(),
    }),
    gauge(
      "airgraph_alerts_open",
      "Alerts that go on, by rule and severity.",
      ...[...alerts].map(([key, { length: value }]) => {
        const [rule, severity] = JSON.parse(key);
        return { labels: { rule, severity }, value };
      }),
    ),
    gauge(
      "airgraph_alert_deliveries_pending",
      "Messages that channels are owed.",
      ...labelled(owed, "channel"),
    ),
  ];
}

function byOutcome(
  counts: ReadonlyMap<string, { readonly outcomes: Readonly<Record<string, number>> }>,
  label: string,
): Sample[] {
  return [...counts].flatMap(([name, { outcomes }]) => labelled(outcomes, "outcome", { [label]: name }));
}

function durations(
  counts: ReadonlyMap<string, { readonly outcomes: Readonly<Record<string, number>>; readonly took: number }>,
  label: string,
) {
  return [...counts].map(([name, { outcomes, took }]) => ({
    labels: { [label]: name },
    sum: took / SECOND,
    count: Object.values(outcomes).reduce((sum, count) => sum + count, 0),
  }));
}

/** A sample for each entry, whose name is a label. */
function labelled(
  values: Readonly<Record<string, number>>,
  label: string,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { ...labels, [label]: name }, value }));
}
