import type { Input } from "../../core/asset.ts";
import { canonicalJson, sha256 } from "../../core/fingerprint.ts";
import { iso } from "../../core/instant.ts";
import type { LocationsAnswer } from "../../sources/openaq/client.ts";
import { define, type Resources } from "../resources.ts";
import { nextMidnight } from "./due.ts";

const FILE = "reference/vietnam/locations.json";

/** The country's locations with their sensors, as OpenAQ answered last. */
export const locations = define.asset({
  key: "vietnam/locations",
  description: "OpenAQ's locations in Vietnam, as answered last",
  kind: "reference",
  pool: "openaq",
  due: (_window, askedAt) => nextMidnight(askedAt),
  async *materialize({ resources: { openaq, store }, staging, signal }) {
    const { locations, askedAt } = await openaq.locations(signal);
    if (locations.length === 0) {
      throw new Error("asking for the locations: found none in the country, wanted at least one");
    }
    const text = canonicalJson(locations.toSorted((a, b) => a.id - b.id));
    const temporary = `${staging}/locations.json`;
    const written = await store.write(temporary, new TextEncoder().encode(text));
    yield [{
      partition: 0,
      dataVersion: sha256(text).slice(0, 32),
      rows: locations.length,
      metadata: {
        asked_at: { type: "text", value: iso(askedAt) },
        sensors: { type: "number", value: locations.reduce((sum, { sensors }) => sum + sensors.length, 0) },
      },
      staged: [{ final: FILE, temporary, written }],
      asOf: askedAt,
    }];
  },
});

/** The answer that stands. @throws {Error} If its file cannot be read. */
export async function standingLocations(input: Input, store: Resources["store"]): Promise<LocationsAnswer> {
  const [standing] = await input.standing();
  const bytes = await store.read(FILE);
  const askedAt = standing?.metadata.asked_at?.value;
  if (bytes === undefined || typeof askedAt !== "string") {
    throw new Error(`reading "${FILE}": found no locations, wanted those that were answered last`);
  }
  try {
    return { askedAt: Date.parse(askedAt), locations: JSON.parse(new TextDecoder().decode(bytes)) };
  } catch (cause) {
    throw new Error(`reading "${FILE}": no JSON, wanted the locations as they were written`, { cause });
  }
}
