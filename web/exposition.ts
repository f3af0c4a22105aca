/** One value of a metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** How often something was measured, and what that comes to together. */
export interface Summed {
  readonly labels?: Readonly<Record<string, string>>;
  readonly sum: number;
  readonly count: number;
}

/** A metric with its samples, each with the ending of its name. */
export interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter" | "summary";
  readonly help: string;
  readonly samples: readonly (Sample & { readonly ending?: "_sum" | "_count" })[];
}

/** A number that goes up and down. */
export function gauge(name: string, help: string, ...samples: readonly Sample[]): Metric {
  return { name, type: "gauge", help, samples };
}

/** A number that only grows, or begins anew; its name ends in `_total`. */
export function counter(name: `${string}_total`, help: string, ...samples: readonly Sample[]): Metric {
  return { name, type: "counter", help, samples };
}

/** Measurements of which only the number and the sum are known; the name ends in the unit. */
export function summary(name: string, help: string, ...summed: readonly Summed[]): Metric {
  const samples = summed.flatMap(({ labels = {}, sum, count }) => [
    { labels, value: sum, ending: "_sum" as const },
    { labels, value: count, ending: "_count" as const },
  ]);
  return { name, type: "summary", help, samples };
}

/** The media type of Prometheus' text. */
export const EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

/** Metrics in Prometheus' text format, version 0.0.4: prometheus.io/docs/instrumenting/exposition_formats. */
export function exposition(metrics: readonly Metric[]): string {
  return metrics.map(({ name, type, help, samples }) =>
    [
      `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n`,
      `# TYPE ${name} ${type}\n`,
      ...samples.map(({ labels = {}, value, ending = "" }) =>
        `${name}${ending}${labelText(labels)} ${numberText(value)}\n`
      ),
    ].join("")
  ).join("");
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
