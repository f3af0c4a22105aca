import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Pulse } from "../../../core/mod.ts";
import { webApp } from "../../../web/app.ts";
import { lab, NOON } from "../../core/lab.ts";
import { fakeClock } from "../../fake_clock.ts";
import { declared } from "../served.ts";
import { graph } from "../../../core/graph.ts";
import { lakeOfADay, readOf } from "./lake_of_a_day.ts";

Deno.test("tables are found, looked at and taken along", async () => {
  await using made = await lakeOfADay();
  const { read, html, status } = await made.get("/data");
  assertEquals(status, 200);
  assertStringIncludes(read, "prod_db");
  assertStringIncludes(html, 'href="/data/prod_db/vietnam"');
  assertStringIncludes(html, 'href="/assets/vietnam/prod_catalog"');
  assertMatch(read, /openaq_raw table 17/);
  assertMatch(read, /stations table 6 12 rows/);
  const found = await made.get("/data?q=so2");
  assert(!found.read.includes("openaq_raw") && found.html.includes("/data/dev_db/vietnam"));
  assertStringIncludes((await made.get("/data?q=%3Cb%3E")).html, "No table is found by “&lt;b&gt;”");

  const table = await made.get("/data/prod_db/vietnam");
  assertEquals(table.status, 200);
  assertMatch(table.read, /pm25 float64 µg\/m³ 0 – 1,000 yes file/);
  assertMatch(table.read, /measurement_date date32 no path/);
  assertMatch(table.read, /location_id INTEGER .* datetime TIMESTAMP/);
  assertMatch(table.read, new RegExp(`Hanoi 21\\.0285 105\\.8522 ${made.day}T00:00:00Z`));
  assertMatch(table.read, / null /);
  assertStringIncludes(table.html, "/sql?q=SELECT+*+FROM+prod_db.vietnam+LIMIT+100");
  const file = await made.request(`/api/tables/prod_db/vietnam.csv?from=&to=${made.day}`);
  assertEquals(file.status, 200);
  assert((await file.text()).split("\r\n").length > 200);
  const sorted = await made.get("/data/prod_db/vietnam?row-sort=-6");
  const values = [...sorted.html.matchAll(/<td class="number"><span class="nowrap">([\d.]+)<\/span>/g)];
  assert(values.length > 0);

  const rows = await made.get(`/assets/vietnam/prod_mart/${made.day}/rows`);
  assertMatch(rows.read, /First rows .*20 of \d+ rows/);

  const view = await made.get("/data/aq_prod/pm25_by_day");
  assertMatch(view.read, /Its statement -- PM2.5 of each location by UTC day/);
  assertEquals((await made.get("/data/prod_db/none")).status, 404);
});

Deno.test("where statements are not answered, the page says so", async () => {
  const { orchestrator, state } = await lab(declared());
  const app = webApp({
    pulse: new Pulse(fakeClock(NOON)),
    lookbackDays: 7,
    lake: () => ({ orchestrator, state, graph: graph(declared()), requests: () => 0, limited: () => 0 }),
    hindrance: () => Promise.resolve(undefined),
    process: { version: "1", runtime: "deno", speed: 1, started: 0, memory: () => 0, now: () => NOON },
  });
  for (const path of ["/data", "/data/a/b", "/sql?q=SELECT+1", "/sql/answer.csv?q=SELECT+1"]) {
    const response = await app.request(path);
    assertEquals(response.status, 503, path);
    assertMatch(readOf(await response.text()), /Tables are not read here/);
  }
});
