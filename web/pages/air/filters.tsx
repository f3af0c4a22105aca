import { daysIn, givenIn, oneOf } from "../../view/given.ts";
import type { View } from "../../view/view.ts";
import type { Station } from "./lake.ts";
import { FIRST_YEAR, type Place } from "./statements.ts";
import { placeName } from "./hrefs.ts";
import { type PollutantName, POLLUTANTS } from "./pollutants.ts";
import { text } from "./words.ts";

/** The views of the air. */
export const SECTIONS = ["now", "series", "days"] as const;

/** What is chosen of the air: all of it is in the address. */
export interface Chosen {
  readonly section: typeof SECTIONS[number];
  readonly pollutant: PollutantName;
  /** Undefined where every city is meant. */
  readonly city: string | undefined;
  readonly place: Place | undefined;
  readonly compared: Place | undefined;
  /** Days, both inclusive; `from` lies not behind `to`. */
  readonly from: string;
  readonly to: string;
  readonly year: number;
}

/** So many days are shown where none are chosen. */
const WEEK = 6;

/**
 * Reads what is chosen.
 *
 * @param known Undefined where it is not known yet which there are: any is meant then.
 * @throws {RequestError} If something cannot be meant.
 */
export function chosenOf(
  query: URLSearchParams,
  known: readonly Station[] | undefined,
  newest: string,
): Chosen {
  const stations = known ?? [];
  const cities = citiesOf(stations);
  const placeOf = (name: string): Place | undefined => {
    const isMeant = (text: string) =>
      known === undefined || cities.includes(text) || stations.some(({ id }) => text === `#${id}`);
    const text = givenIn(query, name, { isMeant, wanted: "a city or a station's number, such as #7440" });
    if (text === undefined) return undefined;
    return text.startsWith("#") ? { station: Number(text.slice(1)) } : { city: text };
  };
  const last = Number(newest.slice(0, 4));
  const days = daysIn(query);
  const to = days.to ?? newest;
  const from = days.from ??
    new Date(Date.parse(to) - WEEK * 86_400_000).toISOString().slice(0, 10);
  const year = givenIn(query, "year", {
    isMeant: (text) => /^\d{4}$/.test(text) && Number(text) >= FIRST_YEAR && Number(text) <= last,
    wanted: `a year of ${FIRST_YEAR} to ${last}`,
  });
  const first = cities.includes("Hanoi") ? "Hanoi" : cities[0];
  return {
    section: oneOf(query, "show", SECTIONS) ?? "now",
    pollutant: oneOf(query, "pollutant", Object.keys(POLLUTANTS) as PollutantName[]) ?? "pm25",
    city: known === undefined ? undefined : oneOf(query, "city", cities),
    place: placeOf("place") ??
      (first === undefined ? stations[0] && { station: stations[0].id } : { city: first }),
    compared: placeOf("with"),
    from: from <= to ? from : to,
    to,
    year: year === undefined ? last : Number(year),
  };
}

/** The stations' cities, by name. */
export function citiesOf(stations: readonly Station[]): string[] {
  return [...new Set(stations.flatMap(({ city }) => city === null ? [] : [city]))].sort();
}

/** A place's name for people. */
export function placeTitle(place: Place, stations: readonly Station[]): string {
  if ("city" in place) return place.city;
  return stations.find(({ id }) => id === place.station)?.name ?? `${place.station}`;
}

/** The fields by which the air is chosen. */
export function Filters(
  { view, chosen, stations, newest }: {
    view: View;
    chosen: Chosen;
    stations: readonly Station[];
    newest: string;
  },
) {
  const t = view.in(text);
  const { section, pollutant, city, place, compared, from, to, year } = chosen;
  const years = Array.from(
    { length: Number(newest.slice(0, 4)) - FIRST_YEAR + 1 },
    (_, each) => FIRST_YEAR + each,
  );
  return (
    <form method="get" action="/air" data-at-once>
      {section === "now" ? null : <input type="hidden" name="show" value={section} />}
      <fieldset>
        <label>
          {t.pollutant}
          <select name="pollutant">
            {Object.entries(POLLUTANTS).map(([each, { name }]) => (
              <option value={each} selected={each === pollutant}>{name}</option>
            ))}
          </select>
        </label>
        {section === "now"
          ? (
            <label>
              {t.city}
              <select name="city">
                <option value="">{t.anyCity}</option>
                {citiesOf(stations).map((each) => (
                  <option value={each} selected={each === city}>{each}</option>
                ))}
              </select>
            </label>
          )
          : (
            <label>
              {t.place}
              <Places view={view} name="place" stations={stations} chosen={place} />
            </label>
          )}
        {section === "series"
          ? (
            <>
              <label>
                {t.compared}
                <Places view={view} name="with" stations={stations} chosen={compared} none={t.nothing} />
              </label>
              <label>
                {t.from}
                <input type="date" name="from" value={from} />
              </label>
              <label>
                {t.to}
                <input type="date" name="to" value={to} />
              </label>
            </>
          )
          : null}
        {section === "days"
          ? (
            <label>
              {t.year}
              <select name="year">
                {years.toReversed().map((each) => (
                  <option value={each} selected={each === year}>{each}</option>
                ))}
              </select>
            </label>
          )
          : null}
        <button type="submit">{t.show}</button>
      </fieldset>
    </form>
  );
}

function Places(
  { view, name, stations, chosen, none }: {
    view: View;
    name: string;
    stations: readonly Station[];
    chosen: Place | undefined;
    none?: string;
  },
) {
  const t = view.in(text);
  const value = chosen === undefined ? "" : placeName(chosen);
  return (
    <select name={name} class="places">
      {none === undefined ? null : <option value="">{none}</option>}
      <optgroup label={t.cities}>
        {citiesOf(stations).map((city) => <option value={city} selected={city === value}>{city}</option>)}
      </optgroup>
      <optgroup label={t.stationsIn}>
        {stations.map(({ id, name }) => (
          <option value={`#${id}`} selected={`#${id}` === value}>{name ?? id}</option>
        ))}
      </optgroup>
    </select>
  );
}
