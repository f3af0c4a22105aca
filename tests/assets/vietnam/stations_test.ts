import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { locations } from "../../../assets/vietnam/locations.ts";
import { stations } from "../../../assets/vietnam/stations.ts";
import type { Location } from "../../../sources/openaq/schema.ts";
import { localLake } from "../../adapters/object_store/local/lake.ts";
import { type MaterializationsBy, step } from "./step.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");

function location(id: number, change: Partial<Location> = {}): Location {
  return {
    id,
    name: `Station ${id}`,
    locality: null,
    timezone: "Asia/Bangkok",
    country: { id: 56, code: "VN", name: "Vietnam" },
    isMobile: false,
    isMonitor: true,
    sensors: [],
    coordinates: { latitude: 21.02, longitude: 105.82 },
    datetimeFirst: null,
    datetimeLast: null,
    ...change,
  };
}

/** Answers what it is told to, and both assets made of it. */
async function lakeOf() {
  const lake = await localLake();
  const standing: MaterializationsBy = new Map();
  const make = async (answer: readonly Location[], askedAt = NOW) => {
    const openaq = {
      locations: () => Promise.resolve({ askedAt, locations: answer, setAside: [] }),
      notice: () => Promise.resolve([]),
    };
    const options = { lake, standing, now: askedAt, resources: { openaq } };
    const [ofLocations] = (await step(locations, options)).outputs;
    const [ofStations] = (await step(stations, options)).outputs;
    return { ofLocations: ofLocations!, ofStations: ofStations! };
  };
  const read = async () =>
    JSON.parse(new TextDecoder().decode(await lake.store.read("reference/vietnam/stations.json")));
  return { lake, make, read, [Symbol.asyncDispose]: () => lake[Symbol.asyncDispose]() };
}

Deno.test("equal answers are equal versions, whatever their order", async () => {
  await using world = await lakeOf();
  const a = await world.make([location(1), location(2)]);
  const b = await world.make([location(2), location(1)], NOW + 1000);
  assertEquals(a.ofLocations.dataVersion, b.ofLocations.dataVersion);
  assertEquals(b.ofLocations.asOf, NOW + 1000);
  assertEquals(a.ofLocations.rows, 2);
});

Deno.test("stations change with what marts need of them alone", async () => {
  await using world = await lakeOf();
  const before = await world.make([location(1)]);
  const later = await world.make([location(1, { datetimeLast: { utc: "2026-01-01T00:00:00Z", local: "" } })]);
  assertNotEquals(later.ofLocations.dataVersion, before.ofLocations.dataVersion);
  assertEquals(later.ofStations.dataVersion, before.ofStations.dataVersion);
  for (const change of [{ name: "x" }, { locality: "Hue" }, { coordinates: null }]) {
    const changed = await world.make([location(1, change)]);
    assertNotEquals(changed.ofStations.dataVersion, before.ofStations.dataVersion);
  }
});

Deno.test("a station once seen stays, as it was last", async () => {
  await using world = await lakeOf();
  await world.make([location(2), location(1)]);
  await world.make([location(1, { name: null, coordinates: null }), location(3, { locality: "Can Tho" })]);
  const place = { latitude: 21.02, longitude: 105.82 };
  const nowhere = { latitude: null, longitude: null };
  assertEquals(await world.read(), [
    { id: 1, name: null, city: null, country: "Vietnam", ...nowhere },
    { id: 2, name: "Station 2", city: "Hanoi", country: "Vietnam", ...place },
    { id: 3, name: "Station 3", city: "Can Tho", country: "Vietnam", ...place },
  ]);
});

Deno.test("an answer without locations is refused", async () => {
  await using world = await lakeOf();
  await assertRejects(() => world.make([]), Error, "asking for the locations: found none");
});

for (const damage of ["[{", "[]", '[{"id":1,"name":"Station 7","city":null}]']) {
  Deno.test(`a stations file that became ${damage} is made again as it was, or named`, async () => {
    await using world = await lakeOf();
    await world.make([location(1)]);
    const whole = await world.read();
    const path = `${world.lake.root}/reference/vietnam/stations.json`;
    await Deno.writeTextFile(path, damage);
    await assertRejects(
      () => world.make([location(2)]),
      Error,
      'reading "reference/vietnam/stations.json": it is damaged, and OpenAQ does not answer what it held',
    );
    await world.make([location(1)]);
    assertEquals(await world.read(), whole);
  });
}
