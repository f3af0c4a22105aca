import { assertEquals, assertMatch } from "@std/assert";
import { DAY } from "../../core/mod.ts";
import type { Location } from "../../sources/openaq/schema.ts";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { shiftedClock } from "./clocks.ts";
import { contentOf, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";

type Change = (locations: readonly Location[]) => readonly Location[];
const same: Change = (locations) => locations;
const days = (from: number, to = from) => ["--from", `2024-03-0${from}`, "--to", `2024-03-0${to}`];

/** A lake, and a server whose list of locations changes; each run is on a day of its own, when the list is asked anew. */
async function world() {
  let [change, day] = [same, 0];
  const dataset = generated({ sensors: 6, quirks: false });
  const server = new Server({
    clock: { now: () => Date.now() + day * DAY },
    dataset: { ...dataset, locations: async (now) => change(await dataset.locations(now)) },
  });
  const place = await Place.make(server.env);
  const run = async (args: readonly string[]) => {
    const before = server.requests;
    const ended = await place.run([...args, "--json"], { preload: [shiftedClock(day * DAY)] });
    assertEquals([ended.code, ended.stderr], [0, ""]);
    return { json: ended.json, requests: server.requests - before };
  };
  return {
    place,
    run,
    /** Brings days of March up to date, on another day, while the list is so. */
    async materialize(range: readonly string[], changed: Change, after = 1) {
      [change, day] = [changed, day + after];
      const { json, requests } = await run(["materialize", ...range]);
      return { status: json.status as string, warnings: json.warnings as string[], requests };
    },
    /** Why raw hours are not fresh. */
    async causes(range: readonly string[]) {
      const { json } = await run(["plan", ...range]);
      const raw = json.steps.filter(({ asset }: { asset: string }) => asset === "vietnam/raw_prod");
      return raw.flatMap(({ causes }: { causes: { kind: string; detail: string }[] }) =>
        causes.map(({ kind, detail }) => `${kind}: ${detail}`)
      );
    },
    async warnings(): Promise<string[]> {
      const { assets } = (await run(["status"])).json;
      const raw = assets.find(({ key }: { key: string }) => key === "vietnam/raw_prod");
      return raw.warnings.map(({ message }: { message: string }) => message);
    },
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The content of a lake but for the list itself, which says when each location reported last. */
async function content(place: Place) {
  const { "vietnam/locations": _, ...rest } = await contentOf(place);
  return rest;
}

/** The content of a lake that was made at once. */
async function honest(range: readonly string[]) {
  await using other = await world();
  await other.materialize(range, same);
  return await content(other.place);
}

Deno.test("a location that is no longer listed is named, and once it is back, it is asked for what it was not", async () => {
  await using w = await world();
  const [first] = await generated({ sensors: 6, quirks: false }).locations(Date.now());
  const without: Change = ([, ...rest]) => rest;
  const sensors = first!.sensors.map(({ id }) => id);
  await w.materialize(days(1), same);
  assertEquals(await w.warnings(), []);

  const gone = await w.materialize(days(1), without);
  assertEquals([gone.status, gone.requests], ["succeeded", 1]); // the list alone
  const later = await w.materialize(days(2, 3), without);
  const named = new RegExp(
    `of location ${first!.id} "${first!.name}" (is|are) not listed since .*, and not asked`,
  );
  for (const { warnings } of [gone, later]) {
    assertEquals(warnings.filter((line) => named.test(line)).length, 1);
  }
  const owed = /owed are 2024-03-02T00 … 2024-03-03T23:/;
  for (const line of [later.warnings[0]!, ...await w.warnings()]) assertMatch(line, owed);

  // Back again, seen by a run that asks for other days.
  const back = await w.materialize(days(1), same);
  assertEquals(back.requests, 1);
  const causes = await w.causes(days(1, 3));
  assertEquals(causes.length, 1);
  assertMatch(causes[0]!, new RegExp(`^source: sensor ${sensors[0]} is listed again, gone since`));
  assertMatch(
    (await w.warnings())[0]!,
    /owes 2024-03-02.*: "materialize --from 2024-03-02T00 --to 2024-03-03T23" asks for it$/,
  );
  const { requests, status } = (await w.run(["materialize", ...days(1, 3)])).json;
  assertEquals([status, requests], ["succeeded", sensors.length]);
  assertEquals(await content(w.place), await honest(days(1, 3)));
  assertEquals([await w.causes(days(1, 3)), await w.warnings(), await leftovers(w.place)], [[], [], []]);
});

/** How many rows of raw data there are of each sensor on the first day. */
async function rowsOf(place: Place) {
  const ofDay = "datetime < '2024-03-02'";
  return await place.ask([
    "inspect",
    `SELECT sensor_id, count(*) AS n FROM raw_db.openaq_raw WHERE ${ofDay} GROUP BY ALL ORDER BY ALL`,
  ]);
}

Deno.test("a sensor that is new, or whose location begins earlier, is asked once for the hours before, and alone", async () => {
  const unlisted: Change = (locations) =>
    locations.map(({ sensors, ...rest }, i) => ({ ...rest, sensors: i === 0 ? sensors.slice(1) : sensors }));
  const begun = { utc: "2024-03-02T12:00:00Z", local: "2024-03-02T19:00:00+07:00" };
  const later: Change = (locations) =>
    locations.map((location, i) => i === 0 ? { ...location, datetimeFirst: begun } : location);
  const [first] = await generated({ sensors: 6, quirks: false }).locations(Date.now());
  await using other = await world();
  await other.materialize(days(1), same);
  const whole = await rowsOf(other.place);
  for (
    const [before, asked, why] of [
      [unlisted, 1, "is new, with rows from"],
      [later, first!.sensors.length, "has earlier rows than were known"],
    ] as const
  ) {
    await using w = await world();
    await w.materialize(days(1), before);
    await w.materialize(days(3), same);
    const causes = await w.causes(days(1));
    assertEquals(causes.length, 1);
    assertMatch(causes[0]!, new RegExp(`^source: sensor ${first!.sensors[0]!.id} ${why}`));
    const { requests, status } = (await w.run(["materialize", ...days(1)])).json;
    assertEquals([status, requests], ["succeeded", asked], why);
    assertEquals([await w.causes(days(1)), await w.warnings()], [[], []]);
    assertEquals(await rowsOf(w.place), whole);
  }
});

Deno.test("a sensor that is not listed for thirty days is given up, which is said once; back, it is a new one", async () => {
  await using w = await world();
  const without: Change = ([, ...rest]) => rest;
  await w.materialize(days(1), same);
  await w.materialize(days(2), without);
  const ended = await w.materialize(days(2), without, 30);
  assertEquals(ended.warnings.length, 1);
  assertMatch(ended.warnings[0]!, /none_given_up.* is given up, not listed since .*: it owes .* no more/);
  assertEquals(await w.warnings(), []);
  assertEquals((await w.materialize(days(2), without)).warnings, []);
  await w.materialize(days(1, 2), same);
  assertEquals(await content(w.place), await honest(days(1, 2)));
});
