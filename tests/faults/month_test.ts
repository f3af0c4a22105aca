import { assert, assertEquals } from "@std/assert";
import { join, relative } from "@std/path";
import { DAY, HOUR, type Instant, MINUTE } from "../../core/mod.ts";
import { realData } from "../sources/openaq/real_data.ts";
import { CommandLine } from "../cli/command_line.ts";
import { filesBelow } from "./content.ts";
import { MonthClock } from "./month/clock.ts";
import { Life } from "./month/life.ts";
import { stationsOf2018 } from "./month/stations.ts";
import { Server } from "./server.ts";

const [BEGIN, END] = [Date.UTC(2018, 2, 1), Date.UTC(2018, 3, 1)];
const PER_MINUTE = 60;
/** How often a day the daemon looks here: each time takes as long as the marts of a few days do. */
const LOOKS = 2;
const march = (day: number, hour = 0): Instant => Date.UTC(2018, 2, day, hour);
const BAD = { from: march(9), to: march(12) };
const SILENT = { from: march(5, 6), to: march(5, 18) };
const REFUSED = { from: march(20, 6), to: march(20, 18) };
const DOWN = { from: march(14), to: march(15, 12) };
const isIn = (at: Instant, { from, to }: { from: Instant; to: Instant }) => at >= from && at < to;

const read = realData();

Deno.test({
  name:
    "a month of real rows, some late, with outages, a bad sensor and a daemon that was down, ends as one run makes it",
  ignore: read === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    const clock = new MonthClock(BEGIN, HOUR);
    const dataset = await stationsOf2018(read!, { share: 20, late: (row) => (1 + row % 4) * DAY });
    let server = new Server({ dataset, clock });
    const env = {
      OPENAQ_API_URL: `http://127.0.0.1:${server.port}`,
      OPENAQ_API_KEY: "a-key-for-tests",
      ALERT_FILE: join(folder, "alerts.jsonl"),
    };
    const begun: Instant[] = [];
    const honest = globalThis.fetch;
    globalThis.fetch = (...args) => {
      begun.push(clock.now());
      return clock.during(honest(...args));
    };
    try {
      const life = await Life.open(folder, env, clock);
      await life.begin();
      let isUp = true;
      for (
        let at = BEGIN + 10 * MINUTE;
        at < END + 5 * DAY;
        at += DAY / LOOKS
      ) {
        clock.comeTo(at);
        if (isUp === isIn(at, DOWN)) {
          isUp = !isUp;
          await (isUp ? life.begin() : life.end());
        }
        const { port } = server;
        if (isIn(at, REFUSED)) await server[Symbol.asyncDispose]();
        server.fault = isIn(at, SILENT) ? () => new Response("busy", { status: 503 }) : undefined;
        await server.fail(dataset.sensors[3]!, isIn(at, BAD) ? 500 : null);
        if (isUp) await life.live();
        if (isIn(at, REFUSED)) server = new Server({ dataset, clock, port });
      }
      await life.end();
      assertEquals(mostInAMinute(begun), PER_MINUTE, "more is never asked, and as much is");

      const once = join(folder, "once");
      await Deno.mkdir(once);
      const other = await Life.open(once, { ...env, OPENAQ_RATE_PER_MINUTE: "100000" }, clock);
      assertEquals(await other.materialize("2018-03-01", "2018-03-31"), "succeeded");
      await assertSame(folder, once, env);
      await assertTold(env.ALERT_FILE);
    } finally {
      globalThis.fetch = honest;
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Of the times at which requests began, the most within any minute. */
function mostInAMinute(times: readonly Instant[]): number {
  let [most, first] = [0, 0];
  times.forEach((time, i) => {
    while (times[first]! <= time - MINUTE) first++;
    most = Math.max(most, i - first + 1);
  });
  return most;
}

/** Every row of every hour, every cell of every mart and every entry of the catalog is the same in two lakes. */
async function assertSame(
  found: string,
  wanted: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [table, statement] of Object.entries(TABLES)) {
    const [rows, others] = [await rowsOf(wanted, statement, env), await rowsOf(found, statement, env)];
    assert(rows.length > 10_000, `${table}: ${rows.length} rows`);
    assertEquals(others.length, rows.length, table);
    assertEquals(others.filter((row, i) => row !== rows[i]).slice(0, 3), [], table);
  }
  const entries = await entriesOf(join(wanted, "lake"));
  assert(entries.size > 3, `${entries.size} entries`);
  assertEquals(await entriesOf(join(found, "lake")), entries);
}

const DAYS = "BETWEEN '2018-03-01' AND '2018-03-31'";
/** An hour that was asked again keeps its rows of before beside the new ones, by the time at which each was extracted. */
const TABLES: Readonly<Record<string, string>> = {
  raw:
    "SELECT DISTINCT * EXCLUDE (extracted_at) FROM raw_db.openaq_raw WHERE year = '2018' AND month = '03' ORDER BY ALL",
  dev: `SELECT * FROM dev_db.vietnam WHERE measurement_date ${DAYS} ORDER BY ALL`,
  prod: `SELECT * FROM prod_db.vietnam WHERE measurement_date ${DAYS} ORDER BY ALL`,
};

/** What `inspect` answers of a lake, a line each. */
async function rowsOf(
  folder: string,
  statement: string,
  given: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  await using line = await CommandLine.open();
  const env = { ...given, LAKE_URL: join(folder, "lake"), STATE_URL: join(folder, "state.sqlite") };
  const args = ["inspect", statement, "--format", "csv", "--memory", "16000"];
  const { code, stdout, stderr } = await line.run(args, { env });
  assertEquals(code, 0, stderr);
  return stdout.trimEnd().split("\n").slice(1);
}

/** The definitions of tables and views, by path. */
async function entriesOf(lake: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(lake, "_catalog");
  const paths = [...filesBelow(folder)].sort();
  return new Map(
    await Promise.all(
      paths.map(async (path) => [relative(folder, path), await Deno.readTextFile(path)] as const),
    ),
  );
}

/** Each outage was told once, and that it is over; nothing was told twice. */
async function assertTold(file: string): Promise<void> {
  const told = (await Deno.readTextFile(file)).trim().split("\n").map((line) => JSON.parse(line));
  const names = told.map(({ key, event }) => `${event} ${key}`);
  assertEquals(new Set(names).size, names.length);
  const source = told.filter(({ rule }) => rule === "source");
  assertEquals(source.map(({ event }) => event), ["opened", "closed", "opened", "closed"]);
  assertEquals(source.map(({ key }) => source.findIndex((each) => each.key === key)), [0, 0, 2, 2]);
  const sensor = told.filter(({ rule }) => rule === "sensor");
  assertEquals(sensor.map(({ event }) => event), ["opened", "closed"]);
}
