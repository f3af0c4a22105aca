import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { daily, definer, from, identity, Pulse } from "../../../core/mod.ts";
import { graph } from "../../../core/graph.ts";
import { webApp } from "../../../web/app.ts";
import { answerTo } from "../../../web/answer.ts";
import { differencesOf, differenceStatement } from "../../../web/pages/promotion/differences.ts";
import { gatesOf } from "../../../web/pages/promotion/gates.ts";
import { lab, NOON } from "../../core/lab.ts";
import { fakeClock } from "../../fake_clock.ts";
import { lakeOfADay, readOf } from "./lake_of_a_day.ts";

Deno.test("what was promoted is seen beside what it equals", async () => {
  await using made = await lakeOfADay();
  const { day } = made;
  const list = await made.get(`/promotion?until=${day}`);
  assertEquals(list.status, 200);
  assertMatch(list.read, /vietnam\/prod_mart equals_dev: held against vietnam\/dev_mart/);
  assertMatch(list.read, new RegExp(`${day} fresh ([\\d,]+) fresh \\1 equal`));
  assertMatch(list.read, /missing missing nothing made/);
  assertStringIncludes(list.html, `href="/promotion/${day}?asset=vietnam%2Fprod_mart"`);
  const [, older] = /href="([^"]*)">Older/.exec(list.html)!;
  assert(!(await made.get(older!)).read.includes(`${day} `), "those before it");

  const both = await made.get(`/promotion/${day}?asset=vietnam%2Fprod_mart`);
  assertEquals(both.status, 200, both.read);
  assertMatch(both.read, /Both have the same data version/);
  assertMatch(both.read, /aq_dev\/marts\/vietnam\/\S+ aq_prod\/marts\/vietnam\/\S+/);
  assertMatch(both.read, /equals_dev passed/);
  assertMatch(both.read, / records (\d[\d,]*) \1/);
  assertStringIncludes(
    both.html,
    `/acts/rollback?selection=vietnam%2Fprod_mart&amp;partitions=${day}`,
  );
  assert(!both.html.includes("/acts/materialize"), "what is equal is not promoted again");
  assertEquals((await made.get("/promotion/2010-01-01")).status, 404);
  assertEquals((await made.get("/promotion/%3Cb%3E")).status, 404);

  const [gate] = gatesOf(made.lake.graph);
  const statement = differenceStatement(gate!, day, await made.tables.entries(), made.lake.graph)!;
  const ask = async (text: string) =>
    (await answerTo(made.tables, text, { signal: new AbortController().signal })).rows;
  assertEquals(await ask(statement), []);
  // As if production had another value of one row, and lacked another row.
  const [head, tail] = statement.split("prod_rows AS (");
  const hour = (of: number) => `"datetime" = TIMESTAMP '${day} ${String(of).padStart(2, "0")}:00:00'`;
  const other = tail!.replace('"pm10"', `CASE WHEN ${hour(3)} THEN -1.5 ELSE "pm10" END AS "pm10"`)
    .replace(" WHERE ", ` WHERE NOT (${hour(4)}) AND "location_id" = 5000001 AND `);
  const changed = `${head!.replace(" WHERE ", ' WHERE "location_id" = 5000001 AND ')}prod_rows AS (${other}`;
  const found = differencesOf(await ask(changed), gate!.prod.contract!.key!);
  assertEquals(found.map(({ row, column, prod }) => [row, column, prod]), [
    [`5000001 · ${day}T03:00:00Z`, "pm10", -1.5],
    [`5000001 · ${day}T04:00:00Z`, null, undefined],
  ]);
});

/** Days of a mart, promoted behind a gate that finds what it is told to. */
function gated(content: Record<"dev" | "prod", string>, passed = false) {
  const { asset } = definer<null>();
  const partitions = daily({ start: "2024-01-29" });
  const make = (side: "dev" | "prod") => ({
    async *materialize({ partitions }: { partitions: Iterable<{ ordinal: number }> }) {
      await null;
      yield [...partitions].map(({ ordinal }) => ({
        partition: ordinal,
        dataVersion: content[side],
        rows: 2,
      }));
    },
  });
  const dev = asset({ key: "t/dev", partitions, ...make("dev") });
  const prod = asset({
    key: "t/prod",
    partitions,
    deps: { dev: from(dev, identity, { mode: "order" }) },
    checks: [{
      checks: [{ name: "equals_dev", severity: "warning", against: "dev" }],
      run: ({ outputs }) =>
        Promise.resolve(
          outputs.map(({ partition }) => ({
            check: "equals_dev",
            partition,
            passed,
            ...(!passed && { detail: "it differs" }),
          })),
        ),
    }],
    ...make("prod"),
  });
  return [dev, prod];
}

async function served(assets: ReturnType<typeof gated>) {
  const made = await lab(assets);
  const { orchestrator, state } = made;
  const app = webApp({
    pulse: new Pulse(fakeClock(NOON)),
    lookbackDays: 7,
    lake: () => ({ orchestrator, state, graph: graph(assets), requests: () => 0, limited: () => 0 }),
    hindrance: () => Promise.resolve(undefined),
    process: { version: "1", runtime: "deno", speed: 1, started: 0, memory: () => 0, now: () => NOON },
    tables: { entries: () => Promise.resolve([]), ask: () => Promise.reject(new Error("asked")) },
  });
  const get = async (path: string) => {
    const response = await app.request(path);
    const html = await response.text();
    return { status: response.status, html, read: readOf(html) };
  };
  return { ...made, get };
}

Deno.test("what differs, and what is not promoted yet, can be promoted", async () => {
  const { get, orchestrator, materialize } = await served(gated({ dev: "1", prod: "2" }));
  const empty = await get("/promotion/2024-01-30");
  assertMatch(empty.read, /nothing made/);
  assertStringIncludes(empty.html, "/acts/materialize?selection=t%2Fdev&amp;partitions=2024-01-30");
  await orchestrator.materialize({ assets: new Set(["t/dev"]), all: true, lookbackDays: 7 });
  const unpromoted = await get("/promotion/2024-01-30");
  assertMatch(unpromoted.read, /not promoted .* Values can be compared once both stand/);
  assertStringIncludes(unpromoted.html, '/acts/materialize?selection=t%2Fprod&amp;partitions=2024-01-30"');
  await materialize();
  const list = await get("/promotion");
  assertMatch(list.read, /2024-01-30 fresh 2 fresh 2 differ/);
  const differ = await get("/promotion/2024-01-30");
  assertMatch(differ.read, /equals_dev failed it differs/);
  assertMatch(differ.read, /The catalog has no tables of both/);
  assertStringIncludes(differ.html, "selection=t%2Fprod&amp;partitions=2024-01-30&amp;force=true");
});

Deno.test("a gate that passed before development was made again says when, and is not green", async () => {
  const content = { dev: "1", prod: "1" };
  const { get, materialize, clock } = await served(gated(content, true));
  await materialize();
  const equal = await get("/promotion/2024-01-30");
  assertMatch(equal.read, /Checked 2024-02-01.* equals_dev passed/);
  await clock.sleep(60_000, new AbortController().signal);
  content.dev = "2";
  await materialize({ assets: new Set(["t/dev"]), force: true });
  const { read, html } = await get("/promotion/2024-01-30");
  assertMatch(
    read,
    /differ .*Checked \S+ 12:01:00 \S+ 12:00:00 equals_dev passed then It compared other content/,
  );
  assertMatch(html, /s-stale"><svg[^>]*>(?:(?!<\/svg>).)*<\/svg>passed then/);
});

Deno.test("a side that was rolled back since is said to be so, and made again first", async () => {
  const content = { dev: "1", prod: "1" };
  const { get, materialize, orchestrator } = await served(gated(content, true));
  await materialize();
  content.dev = content.prod = "2";
  await materialize({ force: true });
  const day = "/promotion/2024-01-30";
  assertMatch((await get(day)).read, /equal .*every value is equal/);

  await orchestrator.rollback("t/dev", "2024-01-30");
  assertMatch((await get("/promotion")).read, /2024-01-30 fresh 2 fresh 2 development was rolled back/);
  const dev = await get(day);
  assertMatch(dev.read, /Development was rolled back since, by #3 .* Production stands as it was promoted\./);
  assertMatch(dev.read, /passed then/);
  assertStringIncludes(dev.html, "selection=t%2Fdev&amp;partitions=2024-01-30&amp;force=true");
  assert(!dev.html.includes("/acts/materialize?selection=t%2Fprod"), "what stands was promoted");

  await orchestrator.materialize({ assets: new Set(["t/dev"]), all: true, lookbackDays: 7, force: true });
  assertMatch((await get(day)).read, /every value is equal/);
  await orchestrator.rollback("t/prod", "2024-01-30");
  const prod = await get(day);
  assertMatch(prod.read, /Production was rolled back since, by #5/);
  assert(!prod.read.includes("as it was promoted"));
  assertStringIncludes(prod.html, "selection=t%2Fprod&amp;partitions=2024-01-30&amp;force=true");
});

Deno.test("both sides are looked at: equal versions of a file that is gone are not well", async () => {
  await using made = await lakeOfADay();
  const { day, command } = made;
  const { html } = await made.get(`/promotion/${day}`);
  const [path] = /aq_prod\/marts\/[^<"]+parquet/.exec(html)!;
  await Deno.remove(`${command.cwd}/lake-simulated/${path}`);
  const list = await made.get(`/promotion?until=${day}`);
  assertMatch(list.read, new RegExp(`${day} fresh [\\d,]+ damaged [\\d,]+ equal, but damaged`));
  const both = await made.get(`/promotion/${day}`);
  assertMatch(both.read, /files_intact .*failed found "aq_prod\S+" missing/);
});

Deno.test("a graph without a gate says so", async () => {
  const [dev] = gated({ dev: "1", prod: "1" });
  const { get } = await served([dev!]);
  const { status, read } = await get("/promotion");
  assertEquals(status, 200);
  assertMatch(read, /Nothing is promoted here/);
});
