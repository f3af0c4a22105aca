import type { PartitionSet } from "../../../core/mod.ts";
import type { Cell, Grid } from "../../parts/cells.tsx";
import type { Shown } from "./shown.ts";

/** A week begins on Monday; of its days every other one is named. */
const WEEKDAYS = 7;

/** Lays partitions out by time: hours by days, days of a year by weeks, months by years. Undefined in sets without time. */
export function gridOf(set: PartitionSet, shown: readonly Shown[], language: string): Grid | undefined {
  switch (set.spec.type) {
    case "hourly":
      return hours(shown);
    case "daily":
      return days(shown, language);
    case "monthly":
      return months(shown, language);
    default:
      return undefined;
  }
}

function hours(shown: readonly Shown[]): Grid {
  const columns = [...new Set(shown.map(({ key }) => key.slice(0, 10)))];
  const places = new Map(columns.map((day, place) => [day, place]));
  return {
    width: 18,
    columns: columns.map((day) => String(Number(day.slice(8)))),
    rows: Array.from(
      { length: 24 },
      (_, hour) => hour % 3 === 0 ? `${String(hour).padStart(2, "0")}:00` : "",
    ),
    cells: shown.map((each): Cell => ({
      ...each,
      column: places.get(each.key.slice(0, 10))!,
      row: Number(each.key.slice(11, 13)),
    })),
  };
}

function days(shown: readonly Shown[], language: string): Grid {
  const first = shown[0];
  if (first === undefined) return { width: HEIGHT, columns: [], rows: [], cells: [] };
  const start = dayNumber(first.key) - weekday(first.key);
  const cells = shown.map((each): Cell => ({
    ...each,
    column: Math.floor((dayNumber(each.key) - start) / WEEKDAYS),
    row: weekday(each.key),
  }));
  const month = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });
  const columns = Array.from({ length: cells.at(-1)!.column + 1 }, () => "");
  for (const { key, column } of cells) {
    if (Number(key.slice(8)) <= WEEKDAYS && columns[column] === "" && !columns[column - 1]) {
      columns[column] = month.format(new Date(key));
    }
  }
  const day = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
  // 1970-01-05 was a Monday.
  const rows = Array.from(
    { length: WEEKDAYS },
    (_, row) => row % 2 === 0 ? day.format(Date.UTC(1970, 0, 5 + row)) : "",
  );
  return { width: HEIGHT, columns, rows, cells };
}

function months(shown: readonly Shown[], language: string): Grid {
  const years = [...new Set(shown.map(({ key }) => key.slice(0, 4)))];
  const month = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });
  return {
    width: 30,
    columns: Array.from({ length: 12 }, (_, place) => month.format(Date.UTC(1970, place))),
    rows: years,
    cells: shown.map((each): Cell => ({
      ...each,
      column: Number(each.key.slice(5, 7)) - 1,
      row: years.indexOf(each.key.slice(0, 4)),
    })),
  };
}

const HEIGHT = 14;

function dayNumber(key: string): number {
  return Date.parse(key) / 86_400_000;
}

/** 0 is Monday. */
function weekday(key: string): number {
  return (new Date(key).getUTCDay() + 6) % WEEKDAYS;
}
