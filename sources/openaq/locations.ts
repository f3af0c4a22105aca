import { type Broken, type Location, looseLocationSchema, sensorBaseSchema, wrongIn } from "./schema.ts";

/** A location as it can be used, and what of it cannot. */
interface Read {
  readonly location: Location;
  readonly unusable: readonly string[];
}

/** Locations, each once, without what cannot be used of them. */
export interface LocationsRead {
  readonly locations: readonly Location[];
  /** The omissions, a line each, by location. */
  readonly setAside: readonly string[];
}

/** The locations of an answer, each and each of its sensors judged by itself. A sensor belongs to the first that names it. */
export function readLocations(answered: readonly (LooseLocation | Broken)[]): LocationsRead {
  const locations = new Map<number, Location>();
  const sensors = new Set<number>();
  const setAside: string[] = [];
  for (const one of answered) {
    if ("broken" in one) {
      setAside.push(`a location is left out: ${one.broken}`);
      continue;
    }
    if (locations.has(one.id)) continue;
    const { location, unusable } = readLocation(one);
    const own = location.sensors.filter(({ id }) => !sensors.has(id) && sensors.add(id));
    locations.set(location.id, { ...location, sensors: own });
    setAside.push(...unusable.map((what) => `location ${location.id}: ${what}`));
  }
  return { locations: [...locations.values()], setAside };
}

type LooseLocation = ReturnType<typeof looseLocationSchema.parse>;

function readLocation({ sensors, coordinates, ...rest }: LooseLocation): Read {
  const unusable: string[] = [];
  const read = sensors.flatMap((sensor, i) => {
    const { data, error } = sensorBaseSchema.safeParse(sensor);
    if (data !== undefined) return data;
    unusable.push(`a sensor is left out: ${wrongIn(sensor, error, `sensors.${i}.`)}`);
    return [];
  });
  const { latitude = null, longitude = null } = coordinates ?? {};
  const somewhere = Math.abs(latitude ?? 0) <= 90 && Math.abs(longitude ?? 0) <= 180;
  if (somewhere) return { location: { ...rest, sensors: read, coordinates }, unusable };
  unusable.push(`its coordinates are left out: ${latitude}, ${longitude}, wanted a place on Earth`);
  return { location: { ...rest, sensors: read, coordinates: null }, unusable };
}
