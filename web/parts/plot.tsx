import type { View } from "../view/view.ts";
import { DataTable } from "./data_table.tsx";

/** One point of a series: what is below it, and the least, the mean and the greatest value there. */
export interface PlotPoint {
  /** Where it stands in the series. */
  readonly place: number;
  readonly label: string;
  readonly least: number;
  readonly mean: number;
  readonly most: number;
}

const WIDTH = 600, HEIGHT = 150, LEFT = 64, RIGHT = 8, TOP = 8, BOTTOM = 22;

/** A series as a line within the band of its extremes, with a table behind it. */
export function Plot(
  { view, label, points, columns, write }: {
    view: View;
    label: string;
    points: readonly PlotPoint[];
    /** The headings of the table. */
    columns: Readonly<Record<"partition" | "least" | "mean" | "most", string>>;
    write: (value: number) => string;
  },
) {
  const most = Math.max(...points.map((each) => each.most));
  const least = Math.min(0, ...points.map((each) => each.least));
  const span = most - least || 1;
  const x = (place: number) =>
    LEFT + (points.length === 1 ? 0.5 : place / (points.length - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - (value - least) / span) * (HEIGHT - TOP - BOTTOM);
  const at = (place: number, value: number) => `${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
  const band = [
    ...points.map((each, place) => at(place, each.most)),
    ...points.map((each, place) => at(place, each.least)).reverse(),
  ];
  const ticks = [least, (least + most) / 2, most];
  const number = (name: "least" | "mean" | "most") => ({
    name,
    title: columns[name],
    number: true,
    cell: (point: PlotPoint) => write(point[name]),
    by: (point: PlotPoint) => point[name],
  });
  return (
    <figure class="plot">
      <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {ticks.map((value) => (
          <>
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">{write(value)}</text>
          </>
        ))}
        {points.length === 1 ? <circle class="dot" cx={x(0)} cy={y(points[0]!.mean)} r="3" /> : (
          <>
            <path class="band" d={`M${band.join("L")}Z`} />
            <path class="series" d={`M${points.map((each, place) => at(place, each.mean)).join("L")}`} />
          </>
        )}
        <text x={LEFT} y={HEIGHT - 6}>{points[0]?.label}</text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} text-anchor="end">{points.at(-1)?.label}</text>
      </svg>
      <DataTable
        view={view}
        prefix="point-"
        summary={label}
        label={label}
        rows={points}
        columns={[
          {
            name: "partition",
            title: columns.partition,
            cell: ({ label }) => <span class="key">{label}</span>,
            by: ({ place }) => place,
          },
          number("least"),
          number("mean"),
          number("most"),
        ]}
      />
    </figure>
  );
}
