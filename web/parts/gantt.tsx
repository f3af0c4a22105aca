import type { Child } from "hono/jsx";
import { type Instant, SECOND } from "../../core/mod.ts";
import type { View } from "../view/view.ts";
import type { ShownState } from "./state.tsx";

/** A stretch of time in a lane. */
export interface Bar {
  readonly state: ShownState;
  readonly from: Instant;
  /** Null while it goes on. */
  readonly to: Instant | null;
  /** What it is, in words. */
  readonly title: string;
  readonly href?: string;
}

/** A line of a chart, with stretches that do not overlap. */
export interface Lane {
  readonly name: Child;
  readonly bars: readonly Bar[];
}

/** The patterns that lie over colours, so that no state is told by its colour alone. */
const PATTERNS: Readonly<Partial<Record<ShownState, string>>> = {
  failed: "M0 0 8 8M8 0 0 8",
  blocked: "M0 4H8",
  late: "M0 8 8 0",
  stale: "M0 8 8 0",
  running: "M4 0V8",
};

/** A lane is as high as what a finger finds, its stretches a little less. */
const HEIGHT = 24, EDGE = 4;
/** So many times stand above the lanes. */
const TICKS = 3;

/** A chart of what lay when, a lane a line. The keyboard finds what the stretches lead to in the table beside it. */
export function Gantt({ view, label, lanes }: { view: View; label: string; lanes: readonly Lane[] }) {
  const bars = lanes.flatMap(({ bars }) => bars);
  if (bars.length === 0) return null;
  const from = bars.reduce((least, bar) => Math.min(least, bar.from), Infinity);
  const to = bars.reduce((most, bar) => Math.max(most, bar.to ?? view.now, bar.from + 1), -Infinity);
  const at = (instant: Instant) => 100 * (instant - from) / (to - from);
  return (
    <div class="gantt" role="group" aria-label={label}>
      <svg class="patterns" width="0" height="0" aria-hidden="true">
        <defs>
          {Object.entries(PATTERNS).map(([state, path]) => (
            <pattern id={`over-${state}`} width="8" height="8" patternUnits="userSpaceOnUse">
              <path class="over" d={path} />
            </pattern>
          ))}
        </defs>
      </svg>
      <p class="axis small quiet" aria-hidden="true">
        <Ticks view={view} from={from} to={to} />
      </p>
      <ol>
        {lanes.map(({ name, bars }) => (
          <li>
            <span class="lane">{name}</span>
            <svg class="track" width="100%" height={HEIGHT} role="group" aria-label={label}>
              {[0, 25, 50, 75, 100].map((x) => (
                <line
                  class="rule"
                  x1={`${x}%`}
                  x2={`${x}%`}
                  y1="0"
                  y2={HEIGHT}
                />
              ))}
              {bars.map((bar) => {
                const x = at(bar.from);
                return <Piece bar={bar} x={x} width={Math.max(0, at(bar.to ?? to) - x)} />;
              })}
            </svg>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Piece({ bar: { state, title, href, to }, x, width }: { bar: Bar; x: number; width: number }) {
  const place = { x: `${x.toFixed(2)}%`, y: EDGE, width: `${width.toFixed(2)}%`, height: HEIGHT - 2 * EDGE };
  const inner = (
    <>
      <title>{title}</title>
      <rect class="near" {...place} y={0} height={HEIGHT} />
      <rect class={`s-${state}`} {...place} rx={to === null ? 0 : 2} />
      <line class={`start s-${state}`} x1={place.x} x2={place.x} y1={EDGE} y2={HEIGHT - EDGE} />
      {PATTERNS[state] === undefined ? null : <rect {...place} fill={`url(#over-${state})`} />}
    </>
  );
  return href === undefined ? <g>{inner}</g> : <a href={href} aria-label={title} tabindex={-1}>{inner}</a>;
}

/** The times of the chart's beginning, middle and end. */
function Ticks({ view, from, to }: { view: View; from: Instant; to: Instant }) {
  const isShort = to - from < TICKS * SECOND;
  const text = (at: Instant) => {
    const ms = isShort ? `.${String(Math.floor(at) % SECOND).padStart(3, "0")}` : "";
    return `${view.format.time(at)}${ms}`;
  };
  const [first, last] = [text(from), text(to)];
  const isOneDay = first.slice(0, 10) === last.slice(0, 10);
  const middle = text((from + to) / 2);
  return (
    <>
      <span>{first}</span>
      <span class="middle">{isOneDay ? middle.slice(11) : middle.slice(0, 16)}</span>
      <span>{isOneDay ? last.slice(11) : last}</span>
    </>
  );
}
