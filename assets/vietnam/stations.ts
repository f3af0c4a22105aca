import { eager, from, latest, type Materialization } from "../../core/mod.ts";
import type { Location } from "../../sources/openaq/schema.ts";
import { ContentSum, contentVersion, doubleField, field } from "../content_hash.ts";
import { define, type Resources } from "../resources.ts";
import { shownContract } from "../table/contract.ts";
import { cityOf } from "./cities.ts";
import { OWNERS, STATIONS } from "./contract.ts";
import { latestLocations, locations } from "./locations.ts";

/** Where it lies in the lake. */
export const STATIONS_FILE = "reference/vietnam/stations.json";
const COUNTRY = "Vietnam";

/** The fields of a location that marts use. */
export interface Station {
  readonly id: number;
  readonly name: string | null;
  readonly city: string | null;
  readonly country: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** Every station that was ever seen, with its city; its version changes with these columns alone. */
export const stations = define.asset({
  key: "vietnam/stations",
  description: "Every station that was ever seen in Vietnam, with its city",
  owners: OWNERS,
  kind: "reference",
  contract: shownContract(STATIONS),
  deps: { locations: from(locations, latest) },
  automation: eager(),
  async *takeIn(context) {
    const { referenceInLake } = await import("./reference_taken_in.ts");
    yield* referenceInLake(STATIONS_FILE, stationsIn, context);
  },
  async *materialize({ inputs, materializations, resources: { store }, staging, forced }) {
    const answer = await latestLocations(inputs.locations, store);
    const before = await materializations();
    const seen = await latestStations(before, store);
    const all = everSeen(seen ?? [], answer.locations.map(stationOf));
    const dataVersion = stationsVersion(all);
    // Without the file, only equal content proves that no station is lost.
    if (seen === undefined && dataVersion !== before[0]!.dataVersion && !forced) {
      throw new Error(
        `reading "${STATIONS_FILE}": it is damaged, and OpenAQ does not answer what it held, ` +
          'wanted "rollback vietnam/stations", or --force to go on with what is answered now',
      );
    }
    const text = `[\n${all.map((station) => JSON.stringify(station)).join(",\n")}\n]\n`;
    const temporary = `${staging}/stations.json`;
    const written = await store.write(temporary, new TextEncoder().encode(text));
    yield [{
      partition: 0,
      dataVersion,
      rows: all.length,
      staged: [{ final: STATIONS_FILE, temporary, written }],
    }];
  },
});

function stationOf({ id, name, locality, coordinates }: Location): Station {
  const { latitude, longitude } = coordinates ?? { latitude: null, longitude: null };
  return { id, name, city: cityOf(locality, { latitude, longitude }), country: COUNTRY, latitude, longitude };
}

/** All stations by id: as they are now, and as they were last for those that are no longer answered. */
function everSeen(before: readonly Station[], now: readonly Station[]): Station[] {
  const byId = new Map([...before, ...now].map((station) => [station.id, station]));
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

function stationsVersion(stations: readonly Station[]): string {
  const sum = new ContentSum();
  for (const { id, name, city, country, latitude, longitude } of stations) {
    sum.add(
      field(id) + field(name) + field(city) + field(country) + doubleField(latitude) + doubleField(longitude),
    );
  }
  return contentVersion(STATIONS.columns, sum);
}

/** The content of a file of stations. */
function stationsIn(text: string): { readonly dataVersion: string; readonly rows: number } {
  const stations: Station[] = JSON.parse(text);
  return { dataVersion: stationsVersion(stations), rows: stations.length };
}

/** The stations that stand, none where nothing stands; undefined where their file is not as it was published. */
async function latestStations(
  [last]: readonly Materialization[],
  store: Resources["store"],
): Promise<readonly Station[] | undefined> {
  if (last === undefined) return [];
  const bytes = await store.read(STATIONS_FILE);
  try {
    const found: Station[] = JSON.parse(new TextDecoder().decode(bytes));
    return stationsVersion(found) === last.dataVersion ? found : undefined;
  } catch {
    return undefined;
  }
}
