import { canonicalJson, type Check, eager, type Input, type Instant, iso, sha256 } from "../../core/mod.ts";
import type { LocationsAnswer } from "../../sources/openaq/client.ts";
import { define, type Resources } from "../resources.ts";
import { shownContract } from "../table/contract.ts";
import { LOCATIONS, OWNERS } from "./contract.ts";
import { nextMidnight } from "./due.ts";

/** Where it lies in the lake. */
export const LOCATIONS_FILE = "reference/vietnam/locations.json";

const allUsable: Check<Resources> = {
  checks: [{ name: "all_usable", severity: "warning" }],
  run: ({ outputs }) =>
    Promise.resolve(outputs.map(({ partition, metadata: { set_aside: setAside } }) => {
      const passed = setAside === undefined;
      return { check: "all_usable", partition, passed, ...(!passed && { detail: String(setAside.value) }) };
    })),
};

const noneGivenUp: Check<Resources> = {
  checks: [{ name: "none_given_up", severity: "warning" }],
  run: ({ outputs }) =>
    Promise.resolve(outputs.map(({ partition, metadata: { given_up: givenUp } }) => {
      const passed = givenUp === undefined;
      return { check: "none_given_up", partition, passed, ...(!passed && { detail: String(givenUp.value) }) };
    })),
};

/** The country's locations with their sensors, as OpenAQ answered last. */
export const locations = define.asset({
  key: "vietnam/locations",
  description: "OpenAQ's locations in Vietnam, as answered last",
  owners: OWNERS,
  kind: "reference",
  pool: "openaq",
  automation: eager(),
  contract: shownContract(LOCATIONS),
  checks: [allUsable, noneGivenUp],
  requests: () => Promise.resolve(1),
  due: (_window, askedAt) => nextMidnight(askedAt),
  async *takeIn(context) {
    const { locationsIn, referenceInLake } = await import("./reference_taken_in.ts");
    const { resources: { store, openaq } } = context;
    for await (const group of referenceInLake(LOCATIONS_FILE, locationsIn, context)) {
      yield group;
      const text = new TextDecoder().decode(await store.read(LOCATIONS_FILE));
      await openaq.remember({ askedAt: group.at(-1)!.asOf!, locations: JSON.parse(text) });
    }
  },
  async *materialize({ resources: { openaq, store }, staging, signal, progress }) {
    const { locations, setAside, askedAt } = await openaq.locations(
      signal,
      (asked, left, outlook) => progress(asked, asked + left, "requests", outlook),
    );
    if (locations.length === 0) {
      throw new Error("asking for the locations: found none in the country, wanted at least one");
    }
    const text = canonicalJson(locations.toSorted((a, b) => a.id - b.id));
    const temporary = `${staging}/locations.json`;
    const written = await store.write(temporary, new TextEncoder().encode(text));
    const givenUp = await openaq.notice({ locations, askedAt });
    yield [{
      partition: 0,
      dataVersion: sha256(text).slice(0, 32),
      rows: locations.length,
      metadata: {
        asked_at: { type: "text", value: iso(askedAt) },
        sensors: { type: "number", value: locations.reduce((sum, { sensors }) => sum + sensors.length, 0) },
        ...(setAside.length > 0 && { set_aside: { type: "text", value: setAside.join("; ") } }),
        ...(givenUp.length > 0 && { given_up: { type: "text", value: givenUp.join("; ") } }),
      },
      staged: [{ final: LOCATIONS_FILE, temporary, written }],
      asOf: askedAt,
    }];
  },
});

/** The country of the locations that lie in a lake; undefined where no file tells one. */
export async function countryIn(store: Resources["store"]): Promise<number | undefined> {
  try {
    const bytes = await store.read(LOCATIONS_FILE);
    if (bytes === undefined) return undefined;
    const found: LocationsAnswer["locations"] = JSON.parse(new TextDecoder().decode(bytes));
    return found.find(({ country: { id } }) => id !== null)?.country.id ?? undefined;
  } catch {
    return undefined; // one that is damaged, or cannot be read, tells none, and is made anew
  }
}

/** The answer that stands, or, where there is none, that of now. */
export async function knownLocations(
  { store, openaq }: Resources,
  now: Instant,
  signal: AbortSignal,
): Promise<LocationsAnswer> {
  const bytes = await store.read(LOCATIONS_FILE);
  if (bytes === undefined) return await openaq.locations(signal);
  return { askedAt: now, locations: JSON.parse(new TextDecoder().decode(bytes)) };
}

/** The answer that stands. @throws {Error} If its file cannot be read. */
export async function latestLocations(input: Input, store: Resources["store"]): Promise<LocationsAnswer> {
  const [latest] = await input.materializations();
  const bytes = await store.read(LOCATIONS_FILE);
  const askedAt = latest?.metadata.asked_at?.value;
  if (bytes === undefined || typeof askedAt !== "string") {
    throw new Error(`reading "${LOCATIONS_FILE}": found no locations, wanted those that were answered last`);
  }
  try {
    return { askedAt: Date.parse(askedAt), locations: JSON.parse(new TextDecoder().decode(bytes)) };
  } catch (cause) {
    throw new Error(`reading "${LOCATIONS_FILE}": no JSON, wanted the locations as they were written`, {
      cause,
    });
  }
}
