import { SECOND, type Vitals } from "../core/mod.ts";
import type { Metric } from "./exposition.ts";

/** What a daemon and its lake come to, as Prometheus' metrics. */
export async function metricsOf({ pulse, lake, memory }: Vitals): Promise<Metric[]> {
  const gauge = (name: string, help: string, value: number | undefined): Metric => ({
    name,
    type: "gauge",
    help,
    samples: value === undefined ? [] : [{ value }],
  });
  return [
    gauge("airgraph_leads", "Whether this process asks for runs.", Number(pulse.leads)),
    gauge("airgraph_silence_seconds", "Time since the last sign of life.", pulse.silence / SECOND),
    gauge(
      "airgraph_last_tick_age_seconds",
      "Time since something last asked for runs here.",
      pulse.sinceTick === undefined ? undefined : pulse.sinceTick / SECOND,
    ),
    gauge("process_resident_memory_bytes", "Resident memory of this process.", memory()),
    ...await lakeMetrics(lake()),
  ];
}

async function lakeMetrics(lake: ReturnType<Vitals["lake"]>): Promise<Metric[]> {
  if (lake === undefined) return [];
  const { orchestrator, state, requests } = lake;
  const counts = await state.runCounts();
  const assets = await orchestrator.statusOfAll();
  return [
    {
      name: "airgraph_runs",
      type: "gauge",
      help: "Runs that the state knows, as they stand or ended.",
      samples: Object.entries(counts).map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: "airgraph_queue_length",
      type: "gauge",
      help: "Runs that wait for a worker.",
      samples: [{ value: counts.queued }],
    },
    {
      name: "airgraph_partitions",
      type: "gauge",
      help: "Partitions by asset; fresh, stale and missing are all, the other states lie over these.",
      samples: assets.flatMap(({ key: asset, partitions: { total: _, ...states } }) =>
        Object.entries(states).map(([state, value]) => ({ labels: { asset, state }, value }))
      ),
    },
    {
      name: "airgraph_source_requests_total",
      type: "counter",
      help: "Requests to the source since this process opened the lake.",
      samples: [{ value: requests() }],
    },
  ];
}
