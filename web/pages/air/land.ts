import { geoBounds, geoMercator, geoPath, type GeoPermissibleObjects } from "d3-geo";
import { feature } from "topojson-client";

/** The map's size. */
export const WIDTH = 300, HEIGHT = 560;

/** Vietnam's number in ISO 3166. */
const COUNTRY = "704";
/** A longitude and a latitude, in degrees. */
export type Position = readonly [longitude: number, latitude: number];
/** What is seen of the whole country: what lies outside is left out. */
const WHOLE: readonly Position[] = [[101.8, 8.2], [110.2, 23.6]];
/** What may be seen of any map. */
const NEAR = [[95, 0], [118, 30]] as const;
/** At least so many degrees around a city are seen. */
const AROUND = 0.08;

/** A map: its outlines as paths, and where a place lies on it. */
export interface Land {
  readonly country: string;
  readonly neighbours: string;
  /** Undefined of what lies outside. */
  place(position: Position): readonly [x: number, y: number] | undefined;
}

type Country = GeoPermissibleObjects & { readonly id?: string | number };
let known: Promise<readonly Country[]> | undefined;

/** The countries of Natural Earth; read when they are first asked for. */
async function read(): Promise<readonly Country[]> {
  const { default: world } = await import("world-atlas/countries-50m.json", { with: { type: "json" } });
  const topology = world as unknown as Parameters<typeof feature>[0];
  const { features } = feature(topology, topology.objects.countries!) as unknown as {
    readonly features: readonly Country[];
  };
  // Of the world's countries few are near: to draw those that are not takes most of the time.
  return features.filter((each) => each.id === COUNTRY || isNear(each));
}

/** Whether a part of a country may lie on a map of Vietnam. */
function isNear(country: Country): boolean {
  const [[west, south], [east, north]] = geoBounds(country);
  const [[left, bottom], [right, top]] = NEAR;
  return (west > east || (west < right && left < east)) && south < top && bottom < north;
}

/** At most so many maps are kept. */
const KEPT = 32;
/** Maps by what is seen on them; those asked for last come last. */
const kept = new Map<string, Land>();

/** A map of Vietnam and its neighbours, or of what lies around some places. */
export async function landOf(places?: readonly Position[]): Promise<Land> {
  const countries = await (known ??= read());
  const seen = places === undefined || places.length === 0
    ? WHOLE
    : places.flatMap(([longitude, latitude]): Position[] => [
      [longitude - AROUND, latitude - AROUND],
      [longitude + AROUND, latitude + AROUND],
    ]);
  const name = JSON.stringify(seen);
  const land = kept.get(name) ?? drawnLand(countries, seen);
  kept.delete(name);
  kept.set(name, land);
  for (const [first] of kept) if (kept.size > KEPT) kept.delete(first);
  return land;
}

function drawnLand(countries: readonly Country[], seen: readonly Position[]): Land {
  const projection = geoMercator()
    .fitExtent([[6, 6], [WIDTH - 6, HEIGHT - 6]], {
      type: "MultiPoint",
      coordinates: seen.map((each) => [...each]),
    })
    .clipExtent([[-4, -4], [WIDTH + 4, HEIGHT + 4]]);
  const path = geoPath(projection).digits(1);
  const drawn = (isMeant: (id: string) => boolean) =>
    countries.filter(({ id }) => isMeant(String(id))).map((each) => path(each) ?? "").join("");
  return {
    country: drawn((id) => id === COUNTRY),
    neighbours: drawn((id) => id !== COUNTRY),
    place(position) {
      const [x, y] = projection([...position]) ?? [NaN, NaN];
      return x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT ? [x, y] : undefined;
    },
  };
}

/** Where a station lies; undefined where nobody knows. */
export function positionOf(
  { longitude, latitude }: { readonly longitude: number | null; readonly latitude: number | null },
): Position | undefined {
  return longitude === null || latitude === null ? undefined : [longitude, latitude];
}
