import { DAY, HOUR, type Instant } from "../../../core/mod.ts";
import type { Row } from "../../cached_rows.ts";
import { DataTable } from "../../parts/data_table.tsx";
import { LineChart, type Series } from "../../parts/line_chart.tsx";
import { Empty, Panel, Time } from "../../parts/small.tsx";
import type { View } from "../../view/view.ts";
import { type PollutantName, POLLUTANTS, UNIT } from "./pollutants.ts";
import { text } from "./words.ts";

/** The lines of some places, with a gap wherever an hour or a day has no value. @param rows Of `valuesOver`. */
export function linesOf(rows: readonly Row[], names: readonly string[], isHourly: boolean): Series[] {
  const step = isHourly ? HOUR : DAY;
  return names.map((name, place) => {
    const points: [Instant, number | null][] = [];
    for (const row of rows) {
      if (row.place !== place || typeof row.value !== "number") continue;
      const at = Date.parse(String(row.moment));
      const last = points.at(-1)?.[0];
      if (last !== undefined && at > last + step) points.push([last + step, null]);
      points.push([at, row.value]);
    }
    return { name, points };
  });
}

/** Values of one or two places over time. */
export function OverTime(
  { view, pollutant, series, isHourly }: {
    view: View;
    pollutant: PollutantName;
    series: readonly Series[];
    isHourly: boolean;
  },
) {
  const t = view.in(text);
  const { name, who, vietnam } = POLLUTANTS[pollutant];
  const title = t.series(name);
  const moments = [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) =>
    a - b
  );
  if (moments.length === 0) {
    return (
      <Empty title={t.noSeries}>
        <p>{t.noSeriesHint}</p>
      </Empty>
    );
  }
  const values = series.map(({ points }) => new Map(points));
  const limits = [[t.who, who] as const, [t.vietnam, vietnam] as const]
    .map(([name, { value, over }]) => ({
      name: `${name}: ${view.format.number(value)}, ${t.overs[over]}`,
      value,
    }));
  // A limit far above all values would press them flat.
  const most = Math.max(...series.flatMap(({ points }) => points.map(([, value]) => value ?? 0)));
  const shownLimits = limits.filter(({ value }) => value <= 2 * most);
  const data = {
    x: moments.map((at) => at / 1_000),
    zone: view.zone,
    unit: UNIT,
    limits: shownLimits,
    lines: series.map(({ name }, place) => ({
      name,
      values: moments.map((at) => {
        const value = values[place]!.get(at) ?? null;
        return value === null ? null : Number(value.toFixed(2));
      }),
    })),
  };
  return (
    <Panel title={title} side={<span class="small quiet">{isHourly ? t.hourly : t.daily}</span>}>
      <div data-plot={JSON.stringify(data)}>
        <LineChart
          view={view}
          label={title}
          series={series}
          unit={UNIT}
          limits={shownLimits}
        />
      </div>
      <p class="small quiet" data-plot-hint hidden>{t.zoom}</p>
      <DataTable
        view={view}
        prefix="value-"
        summary={t.asTable}
        label={title}
        rows={moments}
        columns={[
          { name: "at", title: t.hour, cell: (at) => <Time view={view} at={at} />, by: (at) => at },
          ...series.map(({ name }, place) => ({
            name: `${place}`,
            title: name,
            unit: UNIT,
            number: true,
            by: (at: Instant) => values[place]!.get(at) ?? null,
          })),
        ]}
      />
      <p class="small quiet">{t.sources}</p>
    </Panel>
  );
}
