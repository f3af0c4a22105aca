import type { Instant } from "../../core/mod.ts";
import type { View } from "../view/view.ts";
import { momentText, momentTicks, niceTicks } from "./ticks.ts";

/** A line: what it is called, and its values by time, ascending; null breaks it. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [Instant, number | null])[];
}

/** A value that lines are held against. */
export interface Limit {
  readonly name: string;
  readonly value: number;
}

/** At most so many lines are told apart, by colour and by dashes. */
export const MOST_LINES = 6;

const WIDTH = 900, HEIGHT = 280, LEFT = 56, RIGHT = 20, TOP = 10, BOTTOM = 26;

/** Values over time as lines, with a legend. What is behind it has to stand beside it as a table. */
export function LineChart(
  { view, label, series, limits = [], unit = "" }: {
    view: View;
    label: string;
    series: readonly Series[];
    limits?: readonly Limit[];
    unit?: string;
  },
) {
  const lines = series.slice(0, MOST_LINES);
  const moments = lines.flatMap(({ points }) => points.map(([at]) => at));
  const values = lines.flatMap(({ points }) => points.flatMap(([, value]) => value === null ? [] : [value]));
  if (values.length === 0) return null;
  const bounds = (of: readonly number[]) =>
    of.reduce<[number, number]>(([least, most], each) => [Math.min(least, each), Math.max(most, each)], [
      Infinity,
      -Infinity,
    ]);
  const [from, to] = bounds(moments);
  const [least, most] = bounds([...values, ...limits.map(({ value }) => value)]);
  // Lines that lie far above zero are shown without it.
  const ticks = niceTicks(least >= 0 && least < most / 2 ? 0 : least, most);
  const [bottom, top] = [ticks[0]!, ticks.at(-1)!];
  const x = (at: Instant) => LEFT + (to === from ? 0.5 : (at - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - (value - bottom) / (top - bottom || 1)) * (HEIGHT - TOP - BOTTOM);
  return (
    <figure class="plot">
      <div class="scroll" tabindex={0} role="region" aria-label={label}>
        <svg class="chart lines" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
          {ticks.map((value) => (
            <>
              <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value).toFixed(1)} y2={y(value).toFixed(1)} />
              <text x={LEFT - 6} y={(y(value) + 4).toFixed(1)} text-anchor="end">
                {view.format.number(value)}
              </text>
            </>
          ))}
          {momentTicks(view.format, from, to).map(({ at, label }) => (
            <>
              <line
                x1={x(at).toFixed(1)}
                x2={x(at).toFixed(1)}
                y1={HEIGHT - BOTTOM}
                y2={HEIGHT - BOTTOM + 4}
              />
              <text x={x(at).toFixed(1)} y={HEIGHT - 6} text-anchor="middle">{label}</text>
            </>
          ))}
          {limits.map(({ value, name }) => (
            <>
              <line
                class="limit"
                x1={LEFT}
                x2={WIDTH - RIGHT}
                y1={y(value).toFixed(1)}
                y2={y(value).toFixed(1)}
              />
              <text class="limit" x={WIDTH - RIGHT - 2} y={(y(value) - 4).toFixed(1)} text-anchor="end">
                {name}
              </text>
            </>
          ))}
          {lines.map(({ points, name }, place) => (
            <path class={`line l-${place + 1}`} d={pathOf(points, x, y)}>
              <title>{name}</title>
            </path>
          ))}
        </svg>
      </div>
      <figcaption class="legend">
        {lines.map(({ name }, place) => (
          <span>
            <svg class="chart lines sample" viewBox="0 0 36 12" aria-hidden="true">
              <path class={`line l-${place + 1}`} d="M0 6H36" />
            </svg>
            {name}
          </span>
        ))}
        <span class="quiet">
          {unit === "" ? "" : `${unit} · `}
          {momentText(view.format, from)} – {momentText(view.format, to)} {view.zone}
        </span>
      </figcaption>
    </figure>
  );
}

/** A line through the points; a single one between gaps is a short dash. */
function pathOf(points: Series["points"], x: (at: Instant) => number, y: (value: number) => number): string {
  let path = "";
  let pen = false;
  for (const [at, value] of points) {
    if (value === null) {
      pen = false;
      continue;
    }
    path += `${pen ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}${pen ? "" : "h0.1"}`;
    pen = true;
  }
  return path;
}
