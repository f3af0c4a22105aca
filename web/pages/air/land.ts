import { geoMercator, geoPath, type GeoPermissibleObjects } from "d3-geo";
import { feature } from "topojson-client";

/** The map's size. */
export const WIDTH = 300, HEIGHT = 560;

/** Vietnam's number in ISO 3166. */
const COUNTRY = "704";
/** A little less than what is seen, in degrees: what lies outside is left out. */
const SEEN: GeoPermissibleObjects = { type: "MultiPoint", coordinates: [[101.8, 8.2], [110.2, 23.6]] };

/** A map: its outlines as paths, and where a place lies on it. */
export interface Land {
  readonly country: string;
  readonly neighbours: string;
  /** Undefined of what lies outside. */
  place(longitude: number, latitude: number): readonly [x: number, y: number] | undefined;
}

let known: Promise<Land> | undefined;

/** The outline of Vietnam and its neighbours, by Natural Earth; read when it is first asked for. */
export function land(): Promise<Land> {
  return known ??= read();
}

async function read(): Promise<Land> {
  const { default: world } = await import("world-atlas/countries-50m.json", { with: { type: "json" } });
  const projection = geoMercator().fitExtent([[6, 6], [WIDTH - 6, HEIGHT - 6]], SEEN)
    .clipExtent([[0, 0], [WIDTH, HEIGHT]]);
  const path = geoPath(projection).digits(1);
  const topology = world as unknown as Parameters<typeof feature>[0];
  const countries = feature(topology, topology.objects.countries!) as unknown as {
    readonly features: readonly (GeoPermissibleObjects & { readonly id?: string | number })[];
  };
  const drawn = (isMeant: (id: string) => boolean) =>
    countries.features.filter(({ id }) => isMeant(String(id))).map((each) => path(each) ?? "").join("");
  return {
    country: drawn((id) => id === COUNTRY),
    neighbours: drawn((id) => id !== COUNTRY),
    place(longitude, latitude) {
      const [x, y] = projection([longitude, latitude]) ?? [NaN, NaN];
      return x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT ? [x, y] : undefined;
    },
  };
}
