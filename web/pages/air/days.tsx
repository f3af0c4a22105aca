import { DAY } from "../../../core/mod.ts";
import type { Row } from "../../cached_rows.ts";
import { DataTable } from "../../parts/data_table.tsx";
import { Big, Panel } from "../../parts/small.tsx";
import type { View } from "../../view/view.ts";
import { type PollutantName, POLLUTANTS, UNIT } from "./pollutants.ts";
import { exceeds, LEAST_OF_24 } from "./statements.ts";
import { text } from "./words.ts";

/** How a day is, held against both limits. */
export type Mark = "within" | "who" | "vietnam" | "few";

/** A day with how it is. */
export interface Day {
  /** `YYYY-MM-DD`, in Vietnam's time. */
  readonly day: string;
  readonly mark: Mark;
  readonly mean: number;
  readonly most: number;
}

/** The days of a year that have any value. @param rows Of `daysOf`. */
export function judged(rows: readonly Row[], pollutant: PollutantName): Day[] {
  return rows.map((row) => {
    const [mean, most] = [Number(row.mean), Number(row.most)];
    const day = { mean, most, most8: typeof row.most8 === "number" ? row.most8 : null };
    const mark = Number(row.hours) < LEAST_OF_24
      ? "few"
      : exceeds(day, pollutant, "vietnam")
      ? "vietnam"
      : exceeds(day, pollutant, "who")
      ? "who"
      : "within";
    return { day: String(row.day).slice(0, 10), mark, mean, most };
  });
}

const STEP = 15, CELL = 13, LEFT = 34, TOP = 18;
const MARKS: readonly (Mark | "none")[] = ["within", "who", "vietnam", "few", "none"];

/** A year's days against the limits of the WHO and of Vietnam. */
export function Days(
  { view, pollutant, place, year, days }: {
    view: View;
    pollutant: PollutantName;
    place: string;
    year: number;
    days: readonly Day[];
  },
) {
  const t = view.in(text);
  const { name, who, vietnam } = POLLUTANTS[pollutant];
  const title = t.calendar(name, place, `${year}`);
  const count = (...marks: readonly Mark[]) => days.filter(({ mark }) => marks.includes(mark)).length;
  const limit = (name: string, { value, over }: typeof who | typeof vietnam) =>
    `${name}: ${view.format.number(value)} ${UNIT}, ${t.overs[over]}`;
  return (
    <Panel title={title}>
      <p class="small quiet">{t.calendarHint}</p>
      <div class="bigs">
        <Big value={view.format.number(count("who", "vietnam"))} unit={t.above(limit(t.who, who))} />
        <Big value={view.format.number(count("vietnam"))} unit={t.above(limit(t.vietnam, vietnam))} />
        <Big value={view.format.number(count("within", "who", "vietnam"))} unit={t.counted} />
      </div>
      <Calendar view={view} title={title} year={year} days={days} />
      <ul class="legend">
        {MARKS.map((mark) => (
          <li class="state">
            <svg class="sign" viewBox="0 0 13 13" aria-hidden="true">
              <DayCell mark={mark} x={0} y={0} />
            </svg>
            {t.marks[mark]}
          </li>
        ))}
      </ul>
      <Months view={view} title={title} days={days} />
      <p class="small quiet">{t.sources}</p>
    </Panel>
  );
}

function Calendar(
  { view, title, year, days }: { view: View; title: string; year: number; days: readonly Day[] },
) {
  const t = view.in(text);
  const first = Date.UTC(year, 0, 1);
  const count = (Date.UTC(year + 1, 0, 1) - first) / DAY;
  // Weeks begin on Monday.
  const before = (new Date(first).getUTCDay() + 6) % 7;
  const known = new Map(days.map((day) => [day.day, day]));
  const weeks = Math.ceil((before + count) / 7);
  const column = (place: number) => LEFT + Math.floor((before + place) / 7) * STEP;
  const [width, height] = [LEFT + weeks * STEP, TOP + 7 * STEP];
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={title}>
      <svg
        class="heat"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={title}
      >
        {t.months.map((month, place) => (
          <text x={column((Date.UTC(year, place, 1) - first) / DAY)} y="12">{month}</text>
        ))}
        {t.weekdays.map((day, row) =>
          row % 2 === 0 ? <text x="0" y={TOP + row * STEP + 10}>{day}</text> : null
        )}
        {Array.from({ length: count }, (_, place) => {
          const day = new Date(first + place * DAY).toISOString().slice(0, 10);
          const found = known.get(day);
          const said = found === undefined
            ? t.marks.none
            : `${view.format.number(found.mean)} ${UNIT}, ${t.marks[found.mark]}`;
          return (
            <g>
              <title>{`${day}: ${said}`}</title>
              <DayCell
                mark={found?.mark ?? "none"}
                x={column(place)}
                y={TOP + (before + place) % 7 * STEP}
              />
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** A day's cell: its colour, and a stroke for each limit that it exceeds. */
function DayCell({ mark, x, y }: { mark: Mark | "none"; x: number; y: number }) {
  const strokes = mark === "vietnam"
    ? `M${x + 3} ${y + 3}l7 7M${x + 10} ${y + 3}l-7 7`
    : mark === "who"
    ? `M${x + 3} ${y + 10}l7-7`
    : "";
  return (
    <>
      <rect class={`day d-${mark}`} x={x + 0.5} y={y + 0.5} width={CELL - 1} height={CELL - 1} />
      {strokes === "" ? null : <path class="strokes" d={strokes} />}
    </>
  );
}

function Months({ view, title, days }: { view: View; title: string; days: readonly Day[] }) {
  const t = view.in(text);
  const months = [...Map.groupBy(days.filter(({ mark }) => mark !== "few"), ({ day }) => day.slice(0, 7))]
    .map(([month, those]) => ({
      month,
      days: those.length,
      who: those.filter(({ mark }) => mark !== "within").length,
      vietnam: those.filter(({ mark }) => mark === "vietnam").length,
      mean: those.reduce((sum, { mean }) => sum + mean, 0) / those.length,
      most: Math.max(...those.map(({ most }) => most)),
    }));
  const number = (name: "days" | "who" | "vietnam" | "mean" | "most", heading: string, unit?: string) => ({
    name,
    title: heading,
    number: true,
    ...(unit !== undefined && { unit }),
    by: (row: typeof months[number]) => row[name],
  });
  return (
    <details open>
      <summary>{t.asTable}</summary>
      <DataTable
        view={view}
        prefix="month-"
        label={`${title}: ${t.month}`}
        rows={months}
        columns={[
          {
            name: "month",
            title: t.month,
            cell: ({ month }) => <span class="key">{month}</span>,
            by: ({ month }) => month,
          },
          number("days", t.days),
          number("who", `> ${t.who}`),
          number("vietnam", `> ${t.vietnam}`),
          number("mean", t.mean, UNIT),
          number("most", t.most, UNIT),
        ]}
      />
    </details>
  );
}
