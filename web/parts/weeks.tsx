import type { Day } from "../view/days.ts";
import { words } from "../view/language.ts";
import type { View } from "../view/view.ts";
import { Marked, type ShownState } from "./state.tsx";

/** How many things of a day are shown as a state, and what that state is called of them. */
export interface DayCount {
  readonly state: ShownState;
  readonly count: number;
  readonly name: string;
}

const text = words({ today: "today", none: "none" }, { today: "hôm nay", none: "không có" });

/**
 * Days as a calendar of weeks, Monday first, each with its counts.
 *
 * @param of The counts of a day, the gravest first; those of none are left out.
 * @param href Where a day leads to; undefined where it leads nowhere.
 */
export function Weeks(
  { view, label, days, of, href }: {
    view: View;
    label: string;
    days: readonly Day[];
    of: (day: Day, place: number) => readonly DayCount[];
    href: (day: Day) => string | undefined;
  },
) {
  const weekday = new Intl.DateTimeFormat(view.language, { weekday: "short", timeZone: "UTC" });
  const weeks = Array.from({ length: Math.ceil(days.length / 7) }, (_, week) => week * 7);
  return (
    <table class="weeks">
      <caption>{label}</caption>
      <thead>
        <tr>
          {days.slice(0, 7).map(({ key }) => <th scope="col">{weekday.format(new Date(`${key}T00:00Z`))}
          </th>)}
        </tr>
      </thead>
      <tbody>
        {weeks.map((first) => (
          <tr>
            {days.slice(first, first + 7).map((day, place) => (
              <DayCell
                view={view}
                day={day}
                counts={of(day, first + place)}
                href={href(day)}
                isFirst={first + place === 0}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A count in as few signs as a narrow cell has room for: `2.9k`. */
function short({ format }: View, count: number): string {
  return count < 1_000 ? format.number(count) : `${format.number(Math.round(count / 100) / 10)}k`;
}

function DayCell(
  { view, day, counts, href, isFirst }: {
    view: View;
    day: Day;
    isFirst: boolean;
    counts: readonly DayCount[];
    href: string | undefined;
  },
) {
  const { key, start, end } = day;
  const t = view.in(text);
  const there = counts.filter(({ count }) => count > 0);
  const isToday = start <= view.now && view.now < end;
  const isAhead = start > view.now;
  const said = there.map(({ count, name }) => `${name} ${view.format.number(count)}`).join(", ");
  const inner = (
    <>
      <span class="day">
        {isFirst || key.endsWith("-01")
          ? [<span class="unseen">{key.slice(0, 5)}</span>, key.slice(5)]
          : [<span class="unseen">{key.slice(0, 8)}</span>, key.slice(8)]}
      </span>
      {there.map(({ state, count, name }) => (
        <Marked state={state}>
          {short(view, count)}
          <span class="unseen">{name}</span>
        </Marked>
      ))}
    </>
  );
  const title = `${key}${isToday ? ` (${t.today})` : ""}: ${said === "" ? t.none : said}`;
  return (
    <td
      class={[there[0] === undefined ? "" : `s-${there[0].state}`, isToday ? "today" : ""].join(" ").trim()}
    >
      {isAhead
        ? <span class="cell ahead">{inner}</span>
        : href === undefined || there.length === 0
        ? <span class={there.length === 0 ? "cell" : "cell full"} title={title}>{inner}</span>
        : <a class="cell full" href={href} title={title}>{inner}</a>}
    </td>
  );
}
