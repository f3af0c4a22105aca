import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { openApp } from "../../app.ts";
import { api } from "../../web/api/api.ts";
import { MORE, rowsOf } from "../../web/api/table_rows.ts";
import { PROBLEM, Problem } from "../../web/api/problem.ts";
import * as schemas from "../../web/api/schemas.ts";
import { CachedRows } from "../../web/cached_rows.ts";
import { listen } from "../../app/listen.ts";
import { until } from "../faults/until.ts";
import { lakeOfADay as lakeAndPages } from "./pages/lake_of_a_day.ts";
import { CommandLine, settledDay } from "../cli/command_line.ts";

const DAY = settledDay();

/** The API over a lake of one day, and its tables. */
async function lakeOfADay() {
  const command = await CommandLine.open();
  assertEquals((await command.run(["materialize", "--from", DAY, "--to", DAY])).code, 0);
  const app = await openApp({ env: {}, cwd: command.cwd });
  const lake = await app.lake("read");
  const tables = await app.tables();
  const served = api({ lake: () => lake, lookbackDays: 7, tables });
  const get = async (path: string) => {
    const response = await served.request(path);
    const { status, headers } = response;
    return { status, headers, type: headers.get("content-type"), bytes: await response.bytes() };
  };
  const query = async (sent: unknown) => {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(sent),
    };
    const response = await served.request("/query", init);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    served,
    tables,
    lake,
    get,
    query,
    async [Symbol.asyncDispose]() {
      await lake[Symbol.asyncDispose]();
      await command[Symbol.asyncDispose]();
    },
  };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("tables are listed with their columns, answered as files, and asked by statements", async () => {
  await using made = await lakeOfADay();
  const listed = await made.get("/tables");
  const tables = schemas.Tables.parse(JSON.parse(text(listed.bytes)));
  assertEquals(tables, JSON.parse(text(listed.bytes)));
  const mart = tables.find(({ database, name }) => database === "prod_db" && name === "vietnam")!;
  assertEquals([mart.type, mart.asset], ["table", "vietnam/prod_catalog"]);
  const pm25 = mart.columns?.find(({ name }) => name === "pm25");
  assertEquals(pm25, { name: "pm25", type: "float64", nullable: true, unit: "µg/m³", limits: [0, 1000] });
  assertEquals(mart.partitionColumns?.map(({ name }) => name), ["measurement_date", "country"]);

  const counted = await made.query({ sql: "SELECT count(*) AS n FROM prod_db.vietnam" });
  const [{ n }] = schemas.Rows.parse(counted.body) as [{ n: number }];
  const csv = await made.get(`/tables/prod_db/vietnam.csv?from=${DAY}&to=${DAY}`);
  assertEquals([csv.status, csv.type], [200, "text/csv; charset=utf-8"]);
  assertEquals(
    csv.headers.get("content-disposition"),
    `attachment; filename="vietnam_from_${DAY}_to_${DAY}.csv"`,
  );
  const behind = await made.get(`/tables/prod_db/vietnam.csv?from=${DAY}&to=2016-01-01`);
  assertEquals(behind.status, 400);
  assertMatch(text(behind.bytes), /found \\".*\\" behind \\"2016-01-01\\", wanted it before/);
  const within = `from=${DAY}T05:00:00Z&to=${DAY}`;
  assertEquals((await made.get(`/tables/prod_db/vietnam.csv?${within}`)).status, 200);
  assertEquals(text(csv.bytes).trimEnd().split("\r\n").length, n + 1);
  assertEquals(text((await made.get("/tables/prod_db/vietnam.parquet")).bytes.slice(0, 4)), "PAR1");
  assertEquals([...(await made.get("/tables/prod_db/vietnam.arrow")).bytes.slice(0, 4)], [
    255,
    255,
    255,
    255,
  ]);
  const hour = await made.get(`/tables/prod_db/vietnam.json?from=${DAY}T05:00:00Z&to=${DAY}T05:59:59Z`);
  const rows = JSON.parse(text(hour.bytes)) as { datetime: string }[];
  assertEquals([...new Set(rows.map(({ datetime }) => datetime.slice(0, 13)))], [`${DAY}T05`]);

  const source = await made.get(`/datasource.json?table=prod_db.vietnam&from=${DAY}&to=${DAY}`);
  const times = (JSON.parse(text(source.bytes)) as { datetime: string }[]).map(({ datetime }) => datetime);
  assertEquals([times.length, times.toSorted()], [n, times]);

  for (
    const [path, status, detail] of [
      ["/tables/prod_db/none.csv", 404, /found none, wanted one that/],
      ['/tables/prod_db/vietnam"; DROP.csv', 404, /found none/],
      ["/tables/prod_db/vietnam.xml", 404, /found no such format/],
      ["/tables/prod_db/vietnam.csv?from=2018-01-01' OR 1=1", 400, /wanted a date/],
      ["/tables/aq_prod/pm25_by_day.csv?from=2018-01-01", 400, /found a view, wanted a table/],
      ["/tables/reference/stations.csv?to=2018-01-01", 400, /found no column of time/],
      ["/datasource.csv?table=vietnam", 404, /found none/],
    ] as const
  ) {
    const { status: found, type, bytes } = await made.get(path.replaceAll(" ", "%20"));
    assertEquals([found, type], [status, PROBLEM], path);
    assertMatch(JSON.parse(text(bytes)).detail, detail);
  }
  const refused = await made.query({ sql: "SELECT nope FROM prod_db.vietnam" });
  assertEquals(refused.status, 400);
  assertMatch(refused.body.detail, /column "nope" not found[^\n]*$/);
  const many = await made.query({ sql: "SELECT * FROM range(10001)" });
  assertEquals([many.body.length, many.headers.get(MORE)], [10_000, "true"]);
});

Deno.test("what is asked again of an unchanged lake is answered from memory", async () => {
  await using made = await lakeOfADay();
  let asked = 0;
  const counted = {
    entries: made.tables.entries,
    ask: (...given: Parameters<typeof made.tables.ask>) => {
      asked++;
      return made.tables.ask(...given);
    },
  };
  const cached = new CachedRows(counted);
  const version = await made.lake.orchestrator.contentOf(["vietnam/prod_mart"]);
  const statement = "SELECT 1 AS one";
  const both = await Promise.all([cached.rows(statement, version), cached.rows(statement, version)]);
  assertEquals(both, [[{ one: 1 }], [{ one: 1 }]]);
  assertEquals([await cached.rows(statement, version), asked], [[{ one: 1 }], 1]);
  await cached.rows(statement, version + 1);
  assertEquals(asked, 2);

  const followed = "SELECT 2 AS two";
  assertEquals(cached.soon(followed, 1, 0), undefined);
  for (const [version, now] of [[2, 1_000], [3, 4_999], [3, 5_000], [4, 9_999]] as const) {
    assertEquals(await cached.paced(followed, version, now), [{ two: 2 }]);
    assertEquals(cached.soon(followed, version, now), [{ two: 2 }]);
  }
  assertEquals(asked, 4, "whoever follows the lake asks at most once in five seconds");

  const first = await made.served.request("/status");
  const tag = first.headers.get("etag")!;
  assertNotEquals(tag, null);
  const again = await made.served.request("/status", { headers: { "if-none-match": tag } });
  assertEquals([again.status, await again.text()], [304, ""]);
});

Deno.test("the dashboard for Grafana asks for what is answered", async () => {
  await using made = await lakeOfADay();
  const path = new URL("../../deploy/grafana/airgraph.json", import.meta.url);
  const { panels } = JSON.parse(await Deno.readTextFile(path));
  const bounds = { from: `${DAY}T00:00:00.000Z`, to: `${DAY}T23:59:59.999Z` };
  for (const { title, targets: [target] } of panels) {
    const { type, source, url, columns, root_selector: root } = target;
    const asked = url.replace("${airgraph}/api", "")
      .replaceAll(/\$\{__(from|to):date:iso\}/g, (_: string, end: "from" | "to") => bounds[end]);
    const { status, bytes } = await made.get(asked);
    assertEquals([status, source], [200, "url"], title);
    if (type === "csv") {
      const [head, ...rows] = text(bytes).trimEnd().split("\r\n");
      const names = head!.split(",");
      assertEquals(columns.filter((each: Column) => !names.includes(each.selector)), [], title);
      assertEquals(rows.length > 0, true);
      continue;
    }
    const answered = JSON.parse(text(bytes));
    const rows = root === "" ? answered : answered[root];
    const value = (row: unknown, selector: string) =>
      selector.split(".").reduce((found, name) => (found as Record<string, unknown>)?.[name], row);
    for (const row of rows) {
      const lacking = columns.filter(({ selector }: Column) => value(row, selector) === undefined);
      assertEquals(lacking, [], title);
    }
  }
});

interface Column {
  readonly selector: string;
}

Deno.test("an answer is cut at a whole row", async () => {
  const pieces = (...texts: string[]) =>
    ReadableStream.from(texts.map((each) => new TextEncoder().encode(each)));
  const lines = ['[{"a":1},\n{"a"', ':2},\n{"a":3}]\n'];
  assertEquals(await rowsOf(pieces(...lines)), { text: lines.join(""), more: false });
  assertEquals(await rowsOf(pieces(...lines), { rows: 2 }), { text: '[{"a":1},\n{"a":2}]\n', more: true });
  assertEquals(await rowsOf(pieces("[]\n")), { text: "[]\n", more: false });
});

Deno.test("a statement ends with the client that asked for it", async () => {
  await using made = await lakeAndPages();
  const { tables } = made;
  let [begun, ended] = [0, 0];
  const ask = tables.ask.bind(tables);
  tables.ask = (...asked) => {
    begun++;
    return ask(...asked).finally(() => ended++);
  };
  const listening = listen(made.fetch, { hostname: "127.0.0.1", port: 0 });
  if ("fault" in listening) throw new Error(listening.fault);
  await using server = listening;
  const over = new AbortController();
  const leaving = ["json", "csv"].map((format) =>
    assertRejects(() =>
      fetch(`${server.url}/api/query`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: server.url },
        body: JSON.stringify({ sql: "SELECT count(*) FROM range(1000000000000)", format }),
        signal: over.signal,
      })
    )
  );
  await until("both to begin", () => begun === 2);
  over.abort();
  await Promise.all(leaving);
  await until("both to end", () => ended === 2, 20_000);
});

Deno.test("a damaged file is a problem of the server that names it and what makes it again", async () => {
  await using made = await lakeAndPages();
  const path = `aq_prod/marts/vietnam/measurement_date=${DAY}/country=Vietnam/part-00000.snappy.parquet`;
  await Deno.truncate(`${made.command.cwd}/lake-simulated/${path}`, 100);
  const wanted = new RegExp(`"${path}".*deno task materialize vietnam/prod_mart --partition ${DAY}`);
  const inspected = await made.command.run(["inspect", "SELECT * FROM prod_db.vietnam"]);
  assertMatch(inspected.stderr, wanted);
  for (const file of ["vietnam.csv", "vietnam.json", "vietnam.parquet"]) {
    const response = await made.request(`/api/tables/prod_db/${file}?from=2018-01-01`);
    const { status, detail } = Problem.parse(await response.json());
    const type = response.headers.get("content-type");
    assertEquals([response.status, status, type, response.headers.get("content-disposition")], [
      503,
      503,
      PROBLEM,
      null,
    ]);
    assertMatch(detail, wanted);
  }
  const overview = await made.get("/");
  assertMatch(overview.read, /needs? a look .*What needs a look .*damaged vietnam\/prod_mart/);
  const page = await made.get("/data/prod_db/vietnam");
  assertEquals(page.status, 200);
  assertMatch(page.read, wanted);
  assertMatch((await made.get("/sql?q=SELECT+*+FROM+prod_db.vietnam")).read, wanted);
  assertMatch((await made.get(`/assets/vietnam/prod_mart/${DAY}/rows`)).html, /notice bad.*found it missing/);
  await made.get("/");
  await until(
    "the overview to say why the air is not told",
    async () =>
      /The air in the newest hour.*found it missing or with other bytes/.test((await made.get("/")).read),
  );
  const other = await made.request("/api/tables/dev_db/vietnam.csv");
  assertEquals(
    [other.status, (await other.text()).startsWith("location_id,")],
    [200, true],
    "other tables go on",
  );
});
