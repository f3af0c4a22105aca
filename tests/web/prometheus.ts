/** A metric as Prometheus reads it. */
export interface ReadMetric {
  readonly type: string;
  readonly help: string;
  /** By name with labels, as written. */
  readonly samples: Map<string, number>;
}

const NAME = /^[a-z][a-z0-9_]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;
const NUMBER = /^(NaN|[+-]Inf|-?\d+(\.\d+)?(e[+-]?\d+)?)$/;
/** Endings that name no base unit of Prometheus. */
const ODD_UNITS =
  /_(milliseconds|ms|microseconds|us|minutes|hours|days|kilobytes|kb|mb|megabytes|percent)(_|$)/;
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  gauge: [""],
  counter: [""],
  summary: ["_sum", "_count"],
};

/**
 * Reads Prometheus' text format 0.0.4 strictly, by the rules of `promtool check metrics`, too.
 *
 * @throws If a line is none, a series comes twice, metrics are mixed, or a name is not as it should be.
 */
export function readMetrics(text: string): Map<string, ReadMetric> {
  const metrics = new Map<string, ReadMetric>();
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line has no end");
  const lines = text.split("\n").slice(0, -1);
  let current: { readonly name: string; readonly metric: ReadMetric } | undefined;
  for (let place = 0; place < lines.length; place++) {
    const line = lines[place]!;
    const fault = (what: string) => new Error(`line ${place + 1}: ${what}: ${line}`);
    if (line.startsWith("#")) {
      const [, name, help] = /^# HELP (\S+) (.+)$/.exec(line) ?? [];
      const [, typed, type] = /^# TYPE (\S+) (\S+)$/.exec(lines[++place] ?? "") ?? [];
      if (name === undefined || typed !== name) throw fault("wanted HELP and TYPE of one metric");
      if (metrics.has(name)) throw fault("the metric was there before");
      const odd = oddName(name, type!);
      if (odd !== undefined) throw fault(odd);
      current = { name, metric: { type: type!, help: help!, samples: new Map() } };
      metrics.set(name, current.metric);
      continue;
    }
    const [, name, labels = "", value] = SAMPLE.exec(line) ?? [];
    if (name === undefined || current === undefined) throw fault("wanted a sample");
    const { metric } = current;
    if (!ENDINGS[metric.type]!.some((ending) => name === current!.name + ending)) {
      throw fault(`wanted a sample of "${current.name}"`);
    }
    if (!NUMBER.test(value!)) throw fault("wanted a number");
    const given = labelsOf(labels);
    if (given === undefined) throw fault("wanted labels");
    if (new Set(given).size < given.length) throw fault("a label comes twice");
    const series = line.slice(0, -value!.length - 1);
    if (metric.samples.has(series)) throw fault("the series comes twice");
    const number = Number(value!.replace("Inf", "Infinity"));
    if (metric.type !== "gauge" && !(number >= 0)) throw fault("wanted no less than 0");
    metric.samples.set(series, number);
  }
  return metrics;
}

function oddName(name: string, type: string): string | undefined {
  if (!NAME.test(name)) return "wanted a name in snake_case";
  if (!Object.hasOwn(ENDINGS, type)) return "wanted a type that there is";
  if ((type === "counter") !== name.endsWith("_total")) return "wanted _total on counters alone";
  if (/_(sum|count|bucket|info_total)$/.test(name)) return "wanted a name without an ending of samples";
  if (/(^|_)(gauge|counter|summary|histogram)(_|$)/.test(name)) return "wanted a name without its type";
  if (ODD_UNITS.test(name)) return "wanted a base unit";
}

/** The names of labels; undefined where they are none. */
function labelsOf(text: string): string[] | undefined {
  const names: string[] = [];
  for (let rest = text; rest !== "";) {
    const found = LABEL.exec(rest);
    if (found === null || found[0].endsWith(",") && found[0].length === rest.length) return undefined;
    names.push(found[1]!);
    rest = rest.slice(found[0].length);
  }
  return names;
}
