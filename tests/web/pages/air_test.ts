import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { HOUR, Pulse } from "../../../core/mod.ts";
import { graph } from "../../../core/graph.ts";
import { webApp } from "../../../web/app.ts";
import { CachedRows } from "../../../web/cached_rows.ts";
import { judged } from "../../../web/pages/air/days.tsx";
import { dayFrom } from "../../../web/pages/air/lake.ts";
import { landOf } from "../../../web/pages/air/land.ts";
import { airNow } from "../../../web/pages/air/newest.ts";
import { airPanel } from "../../../web/pages/air/panel.tsx";
import { classOf } from "../../../web/pages/air/pollutants.ts";
import { newestHours } from "../../../web/pages/air/statements.ts";
import { linesOf } from "../../../web/pages/air/over_time.tsx";
import { Format } from "../../../web/view/format.ts";
import type { View } from "../../../web/view/view.ts";
import { lab, NOON } from "../../core/lab.ts";
import { fakeClock } from "../../fake_clock.ts";
import { declared } from "../served.ts";
import { lakeOfADay, readOf } from "./lake_of_a_day.ts";

Deno.test("the air is seen on a map, by city and hour, over time, and by day against the limits", async () => {
  await using made = await lakeOfADay();
  const now = await made.get("/air");
  assertEquals(now.status, 200, now.read);
  assertMatch(now.read, new RegExp(`Newest hour ${made.day} 23:00:00`));
  assertEquals(now.html.match(/class="station"/g)?.length, 12, "the stations of the map");
  assertMatch(now.html, /<body data-follows="[^"]+">.*<div data-live="air">/s);
  assertMatch(now.html, /aria-label="Hanoi - Hoàn Kiếm: [\d.]+ µg\/m³"/);
  assertMatch(now.read, /Hanoi, \d{4}-\d\d-\d\d \d\d:00: [\d.]+ µg\/m³/);
  assertMatch(now.read, /2 stations without a value in two days Ha Long - Bạch Đằng Ha Long/);
  const hue = await made.get("/air?city=Hue&pollutant=pm10");
  assertEquals(hue.html.match(/class="station"/g)?.length, 1);
  assertMatch(hue.read, /Stations: PM10/);

  const series = await made.get(
    `/air?show=series&place=Hanoi&with=%235000001&from=${made.day}&to=${made.day}`,
  );
  assertMatch(series.read, /PM2\.5 over time means of hours/);
  const data = JSON.parse(/data-plot="([^"]*)"/.exec(series.html)![1]!.replaceAll("&quot;", '"'));
  assertEquals(data.lines.map(({ name }: { name: string }) => name), ["Hanoi", "Hanoi - Hoàn Kiếm"]);
  assert(data.x.length >= 20 && data.lines[0].values.length === data.x.length);
  assertMatch(series.read, /WHO: 15, mean of 24 hours/);
  const none = await made.get("/air?show=series&from=2016-01-01&to=2016-01-02");
  assertMatch(none.read, /No value lies between these days/);
  for (
    const [query, said] of [
      ["city=Atlantis", 'reading "city": found "Atlantis", wanted one of '],
      ["show=nope", 'reading "show": found "nope", wanted one of now, series, days'],
      ["place=%27%20OR%201=1", "wanted a city or a station's number"],
      ["from=x", 'reading "from": found "x", wanted a date'],
      ["pollutant=<b>", 'found "<b>", wanted one of pm25'],
      ["year=1e9", "wanted a year of 2016 to"],
    ] as const
  ) {
    const odd = await made.get(`/air?${query}`);
    assertEquals(odd.status, 400, query);
    assertStringIncludes(odd.read, said);
  }

  const days = await made.get("/air?show=days&place=Hanoi");
  assertMatch(days.read, /days above WHO: 15 µg\/m³, mean of 24 hours/);
  assertMatch(days.read, new RegExp(`${made.day}: [\\d.]+ µg/m³, (within both|above|fewer)`));
  assertStringIncludes((await made.get("/air?show=days&place=Hanoi&pollutant=o3")).read, "mean of 8 hours");

  const cached = new CachedRows(made.tables);
  const view = {
    in: (words: { en: unknown }) => words.en,
    format: new Format("en", "UTC"),
    url: new URL("http://localhost/"),
  } as unknown as View;
  const variables = { lake: made.lake, tables: made.tables, cached, view, machineNow: 0 };
  const panel = async () => readOf(String(await airPanel({ var: variables as never })));
  assertMatch(await panel(), /It is being read/);
  const { lake: { orchestrator } } = made;
  const version = await orchestrator.contentOf(["vietnam/prod_mart", "vietnam/prod_catalog"]);
  await cached.rows(newestHours("prod_db.vietnam", "pm25", made.day), version);
  await cached.rows(
    "SELECT id, name, city, latitude, longitude FROM reference.stations ORDER BY city, name",
    await orchestrator.contentOf(["vietnam/stations", "vietnam/reference_catalog"]),
  );
  assertMatch(await panel(), /Hanoi [\d.]+ µg\/m³, \w+/);
});

Deno.test("a damaged day keeps nobody from the air of other days", async () => {
  await using made = await lakeOfADay();
  const old = dayFrom(made.day, -10);
  assertEquals((await made.command.run(["materialize", "--from", old, "--to", old])).code, 0);
  const folder = `aq_prod/marts/vietnam/measurement_date=${old}`;
  const path = `${folder}/country=Vietnam/part-00000.snappy.parquet`;
  await Deno.truncate(`${made.command.cwd}/lake-simulated/${path}`, 100);
  const damaged = /found it missing or with other bytes/;
  for (const show of ["now", `series&place=Hanoi&from=${made.day}&to=${made.day}`]) {
    const { read } = await made.get(`/air?show=${show}`);
    assertMatch(read, /Hanoi/);
    assertNotMatch(read, damaged);
  }
  const { read } = await made.get(`/air?show=series&place=Hanoi&from=${old}&to=${made.day}`);
  assertMatch(read, damaged);
});

Deno.test("a map is drawn once, and has what lies on it", async () => {
  const whole = await landOf();
  assertEquals(await landOf() === whole, true);
  assert(whole.country.length > 1_000 && whole.neighbours.length > 1_000);
  assertEquals(whole.place([105.85, 21.03]) !== undefined, true);
  assertEquals(whole.place([2.35, 48.86]), undefined);
  assertEquals(await landOf([[105.85, 21.03]]) === whole, false);
});

Deno.test("a lake without such tables says so", async () => {
  const { orchestrator, state } = await lab(declared());
  const app = webApp({
    pulse: new Pulse(fakeClock(NOON)),
    lookbackDays: 7,
    lake: () => ({ orchestrator, state, graph: graph(declared()), requests: () => 0, limited: () => 0 }),
    hindrance: () => Promise.resolve(undefined),
    process: { version: "1", runtime: "deno", speed: 1, started: 0, memory: () => 0, now: () => NOON },
    tables: { entries: () => Promise.resolve([]), ask: () => Promise.reject(new Error("asked")) },
  });
  const response = await app.request("/air");
  assertEquals(response.status, 200);
  assertMatch(readOf(await response.text()), /This lake has no air.* The assets/);
});

const station = (id: number, city: string | null) => ({
  id,
  name: `S${id}`,
  city,
  latitude: 21,
  longitude: 105,
});

Deno.test("a city's hour is the mean of its stations, and what is old is not of now", () => {
  const at = (hour: number) => new Date(Date.UTC(2018, 0, 1, hour)).toISOString();
  const rows = [
    { id: 1, moment: at(1), value: 10 },
    { id: 1, moment: at(9), value: 20 },
    { id: 2, moment: at(9), value: 40 },
    { id: 3, moment: at(5), value: 7 },
  ];
  const air = airNow(rows, [station(1, "A"), station(2, "A"), station(3, "B"), station(4, null)]);
  assertEquals(air.newest, Date.UTC(2018, 0, 1, 9));
  assertEquals(air.hours.length, 48);
  assertEquals(air.cities.map(({ city, newest }) => [city, newest.value]), [["A", 30], ["B", 7]]);
  assertEquals(air.stations.map(({ isPresent }) => isPresent), [true, true, false, false]);
  assertEquals(airNow([], [station(1, "A")]).stations[0]!.newest, undefined);
});

Deno.test("days are held against limits by what each is of, once enough hours are known", () => {
  const day = { day: "2018-01-01", mean: 20, most: 210, most8: null, hours: 24 };
  const mark = (row: object, pollutant: "pm25" | "no2" | "o3") =>
    judged([{ ...day, ...row }], pollutant)[0]!.mark;
  assertEquals(mark({}, "pm25"), "who");
  assertEquals(mark({ mean: 15 }, "pm25"), "within");
  assertEquals(mark({ mean: 50.1 }, "pm25"), "vietnam");
  assertEquals(mark({ mean: 50.1, hours: 17 }, "pm25"), "few");
  assertEquals(mark({}, "no2"), "vietnam");
  assertEquals(mark({ most: 150 }, "o3"), "within");
  assertEquals(mark({ most: 150, most8: 101 }, "o3"), "who");
  assertEquals([25, 25.1, 250, 251].map((value) => classOf("pm25", value)), [1, 2, 5, 6]);
});

Deno.test("a line breaks where an hour has no value", () => {
  const at = (hour: number) => Date.UTC(2018, 0, 1, hour);
  const row = (hour: number, value: number) => ({
    place: 0,
    moment: new Date(at(hour)).toISOString(),
    value,
  });
  assertEquals(linesOf([row(0, 1), row(1, 2), row(4, 3)], ["A"], true), [{
    name: "A",
    points: [[at(0), 1], [at(1), 2], [at(1) + HOUR, null], [at(4), 3]],
  }]);
});
