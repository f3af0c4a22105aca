import type { View } from "../../view/view.ts";
import type { Place } from "./statements.ts";

/** The address of the air with other choices than the present ones; undefined takes one out. */
export function airHref({ url }: View, changes: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const name of ["show", "pollutant", "city", "place", "with", "from", "to", "year"]) {
    const value = name in changes ? changes[name] : url.searchParams.get(name) ?? undefined;
    if (value !== undefined && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return text === "" ? "/air" : `/air?${text}`;
}

/** A place as it is named in addresses: a city by its name, a station by `#` and its number. */
export function placeName(place: Place): string {
  return "station" in place ? `#${place.station}` : place.city;
}

/** The address of a place's air over time. */
export function placeHref(view: View, place: Place): string {
  return airHref(view, { show: "series", place: placeName(place) });
}
