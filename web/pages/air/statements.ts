import type { Statement } from "../../cached_rows.ts";
import { type PollutantName, POLLUTANTS } from "./pollutants.ts";
import { dayFrom } from "./lake.ts";

/** The column of the path that has a file's day. */
const DAY = "measurement_date";
/** Days of which the newest hours are read. */
const NEWEST_DAYS = 3;
/** Over so many days hours are shown, over more days only. */
export const MOST_HOURLY_DAYS = 45;

/** Whose air is meant: a station's, or the mean of a city's. */
export type Place = { readonly station: number } | { readonly city: string };

/** The newest hours of every station: `id`, `moment`, and the mean of a pollutant. */
export function newestHours(table: string, pollutant: PollutantName, newest: string): Statement {
  const [from, to] = [dayFrom(newest, 1 - NEWEST_DAYS), newest];
  const text = [
    `SELECT location_id AS id, date_trunc('hour', datetime) AS moment, avg(${pollutant}) AS value`,
    `FROM ${table}`,
    within(from, to),
    `AND ${pollutant} IS NOT NULL`,
    "GROUP BY id, moment ORDER BY moment",
  ].join(" ");
  return { text, part: { column: DAY, from, to } };
}

/** The values of some places between two days, both inclusive: `place`, from 0, `moment` and `value`. */
export function valuesOver(
  table: string,
  { pollutant, places, from, to }: {
    readonly pollutant: PollutantName;
    readonly places: readonly Place[];
    readonly from: string;
    readonly to: string;
  },
): Statement {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  const grain = days <= MOST_HOURLY_DAYS ? "hour" : "day";
  const text = places.map((place, number) =>
    [
      `SELECT ${number} AS place, date_trunc('${grain}', datetime) AS moment, avg(${pollutant}) AS value`,
      `FROM ${table}`,
      within(from, to),
      `AND ${condition(place)} AND ${pollutant} IS NOT NULL`,
      "GROUP BY moment",
    ].join(" ")
  ).join(" UNION ALL ") + " ORDER BY place, moment";
  return { text, part: { column: DAY, from, to } };
}

/** At least so many hours make a mean over eight, and so many one of a day: three quarters. */
export const LEAST_OF_8 = 6, LEAST_OF_24 = 18;

/** A place's days in Vietnam's time: `day`, `mean`, `most`, `most8`, and how many `hours` are known of it. */
export function daysOf(table: string, pollutant: PollutantName, place: Place, year: number): Statement {
  const [from, to] = [`${year - 1}-12-31`, `${year}-12-31`];
  const text = [
    `WITH hours AS (SELECT date_trunc('hour', datetime) AS moment, avg(${pollutant}) AS value FROM ${table}`,
    within(from, to),
    `AND ${condition(place)} AND ${pollutant} IS NOT NULL GROUP BY moment),`,
    "running AS (SELECT moment, value, avg(value) OVER w AS mean8, count(*) OVER w AS hours8 FROM hours",
    "WINDOW w AS (ORDER BY moment RANGE BETWEEN INTERVAL 7 HOUR PRECEDING AND CURRENT ROW)),",
    "days AS (SELECT CAST(moment + INTERVAL 7 HOUR AS DATE) AS day, avg(value) AS mean, max(value) AS most,",
    `max(mean8) FILTER (hours8 >= ${LEAST_OF_8}) AS most8, count(*) AS hours FROM running GROUP BY day)`,
    `SELECT * FROM days WHERE year(day) = ${year} ORDER BY day`,
  ].join(" ");
  return { text, part: { column: DAY, from, to } };
}

function within(from: string, to: string): string {
  return `WHERE ${DAY} BETWEEN DATE '${from}' AND DATE '${to}'`;
}

function condition(place: Place): string {
  if ("station" in place) return `location_id = ${place.station}`;
  return `city = '${place.city.replaceAll("'", "''")}'`;
}

/** The first year that is offered. */
export const FIRST_YEAR = 2016;

/** Whether a day has more than a limit. */
export function exceeds(
  day: { readonly mean: number; readonly most: number; readonly most8: number | null },
  pollutant: PollutantName,
  limit: "who" | "vietnam",
): boolean {
  const { over, value } = POLLUTANTS[pollutant][limit];
  return (day[over] ?? -Infinity) > value;
}
