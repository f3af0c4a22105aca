import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { daily, definer, from, identity, type TableDefinition } from "../../../core/mod.ts";
import { statementOf } from "../../../web/pages/partition/rows.tsx";
import { contents } from "../../core/lab.ts";
import { files } from "../../core/run/with_files.ts";
import { declared } from "../served.ts";
import { shown } from "./shown.ts";

const { asset } = definer<null>();

/** Days of numbers whose version is told from outside, and days that read them. */
function changing(versions: Record<string, string>) {
  const days = daily({ start: "2024-01-30" });
  const raw = asset({
    key: "t/raw",
    partitions: days,
    checks: [{
      checks: [{ name: "has_rows", severity: "warning" }],
      run: ({ outputs }) =>
        Promise.resolve(outputs.map(({ partition, rows }) => ({
          check: "has_rows",
          partition,
          passed: rows !== 0,
          ...(rows === 0 && { detail: "found no rows, wanted some" }),
        }))),
    }],
    async *materialize({ partitions, log }) {
      await null;
      log.info("asked", { days: partitions.count });
      yield [...partitions].map(({ ordinal, key }) => ({
        partition: ordinal,
        dataVersion: versions[key!] ?? "1",
        rows: key === "2024-01-31" ? 0 : 7,
        metadata: {
          size: { type: "bytes" as const, value: 2_000 },
          towns: { type: "table" as const, value: [{ town: "Huế", rows: 3 }, { town: "Hà Nội", rows: 4 }] },
        },
      }));
    },
  });
  const mart = asset({
    key: "t/mart",
    partitions: days,
    deps: { raw: from(raw, identity) },
    async *materialize({ partitions }) {
      await null;
      yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  return [raw, mart];
}

Deno.test("a stale partition says why: what changed, and when, linked", async () => {
  const versions: Record<string, string> = {};
  const { get, materialize } = await shown(changing(versions));
  await materialize();
  assertMatch((await get("/assets/t/mart/2024-01-30")).text, /fresh .* Why It is fresh/);
  versions["2024-01-30"] = "2";
  await materialize({ assets: new Set(["t/raw"]), partitions: ["2024-01-30"], force: true });
  const { text, html } = await get("/assets/t/mart/2024-01-30");
  assertMatch(text, /t\/mart 2024-01-30 Rebuild .* stale/);
  assertMatch(
    text,
    /It would be made because what it reads changed: t\/raw 2024-01-30 .*changed at 2024-02-01/,
  );
  assertStringIncludes(html, 'href="/assets/t/raw/2024-01-30"');
});

Deno.test("how grave a check is, is told in Vietnamese on a Vietnamese page", async () => {
  const { get, materialize } = await shown(changing({}));
  await materialize();
  for (const path of ["/assets/t/raw", "/assets/t/raw/2024-01-30", "/checks?asset=t/raw"]) {
    const { text } = await get(path, { "accept-language": "vi" });
    assertMatch(text, /has_rows cảnh báo/, path);
  }
});

Deno.test("a Vietnamese page says causes in Vietnamese, and marks the program's own words as English", async () => {
  const versions: Record<string, string> = {};
  const vietnamese = { "accept-language": "vi" };
  const { get, materialize } = await shown(changing(versions));
  await materialize();
  versions["2024-01-30"] = "2";
  await materialize({ assets: new Set(["t/raw"]), partitions: ["2024-01-30"], force: true });
  const { text } = await get("/assets/t/mart/2024-01-30", vietnamese);
  assertStringIncludes(text, "dữ liệu nó đọc đã đổi: t/raw 2024-01-30 (đã đổi)");
  const failing = await shown(declared());
  await failing.materialize();
  for (const path of ["/assets/t/raw/2024-01-30", "/assets/t/raw", "/runs/1"]) {
    const { html } = await failing.get(path, vietnamese);
    const said = [...html.matchAll(/<[^>]*>(?=found no answer)/g)].map(([tag]) => tag);
    assertEquals(said.length > 0 && said.every((tag) => tag.includes('lang="en"')), true, `${path}: ${said}`);
  }
});

Deno.test("what the graph's author wrote is in no language that is known, and states have words of their own", async () => {
  const described = asset({
    key: "t/raw",
    description: "Số đo thô",
    partitions: daily({ start: "2024-01-30" }),
    ...contents({}),
  });
  const { get, materialize } = await shown([described]);
  const vietnamese = { "accept-language": "vi" };
  assertStringIncludes((await get("/assets/t/raw", vietnamese)).html, '<span lang="">Số đo thô</span>');
  assertMatch((await get("/assets/t/raw", vietnamese)).text, /2 thiếu/);
  await materialize();
  assertMatch((await get("/assets/t/raw", vietnamese)).text, /2 đã cập nhật/);
  assertMatch((await get("/automation/automation", vietnamese)).html, /<span lang="en">the conditions of/);
});

Deno.test("a partition shows what it holds: versions, metadata, checks, log", async () => {
  const versions: Record<string, string> = {};
  const { get, materialize } = await shown(changing(versions));
  await materialize();
  versions["2024-01-31"] = "2";
  await materialize({ assets: new Set(["t/raw"]), partitions: ["2024-01-31"], force: true });
  const { text, html } = await get("/assets/t/raw/2024-01-31");
  assertMatch(text, /Rows 0 .*Data version 2/);
  assertMatch(text, /Metadata size 2 kB towns town rows Huế 3 Hà Nội 4/);
  const { text: sorted } = await get("/assets/t/raw/2024-01-31?towns-sort=-rows");
  assertMatch(sorted, /towns town rows ↓ Hà Nội 4 Huế 3/);
  assertMatch(text, /has_rows warning failed found no rows, wanted some/);
  assertMatch(text, /Versions .* 2 stands .* 1 0 #1/);
  assertMatch(text, /Log of the run that made it .* info asked/);
  assertStringIncludes(html, "/acts/rollback?selection=t%2Fraw&amp;partitions=2024-01-31");
  assertMatch(text, /← 2024-01-30 Why/);
});

Deno.test("a failed partition says what was found, and a blocked one what it waits for", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  assertMatch((await get("/assets/t/raw/2024-01-30")).text, /keeps it from being made: found no answer/);
  assertMatch((await get("/assets/t/mart/2024-01-30")).text, /blocked .*keeps it from being made: .*t\/raw/);
});

Deno.test("a partition that there is not is not found, whatever it is called", async () => {
  const { get } = await shown(declared());
  for (const key of ["2024-13-01", "_", "%3Cscript%3E", "2023-01-01"]) {
    const { status, html } = await get(`/assets/t/raw/${key}`);
    assertEquals([key, status === 404 || key === "2023-01-01"], [key, true]);
    assertNotMatch(html, /<script>/);
  }
});

Deno.test("checks are told by asset, those that failed first, and over time", async () => {
  const { get, materialize } = await shown(changing({}));
  await materialize();
  const { text } = await get("/checks");
  assertMatch(text, /t\/raw 1 1 2024-01-31 2024-01-31 check "has_rows" failed/);
  const one = await get("/checks?asset=t/raw");
  assertMatch(one.text, /has_rows warning 1 1/);
  assertMatch(one.html, /aria-label="1 passed, 1 failed"/);
  assertMatch(one.text, /What failed .* has_rows 2024-01-31 found no rows, wanted some/);
});

Deno.test("all partitions that fail are listed, page by page, until they are made well", async () => {
  let isGood = false;
  const raw = asset({
    key: "t/raw",
    partitions: daily({ start: "2023-10-05" }),
    checks: [{
      checks: [{ name: "has_rows", severity: "warning" }],
      run: ({ outputs }) =>
        Promise.resolve(
          outputs.map(({ partition }) => ({
            check: "has_rows",
            partition,
            passed: isGood,
            ...(!isGood && { detail: `nothing on day ${partition}` }),
          })),
        ),
    }],
    ...contents({}),
  });
  const { get, materialize } = await shown([raw]);
  await materialize();
  const all = await get("/checks");
  assertMatch(all.text, /2024-01-31 2024-01-30 2024-01-29 all of them/);
  const listed: string[] = [];
  for (let path: string | undefined = "/checks?asset=t%2Fraw"; path !== undefined;) {
    const { html, text }: { html: string; text: string } = await get(path);
    assertMatch(text, /Fail now 119 partitions .* has_rows nothing on day \d+/);
    const panel = /data-live="failing".*?<\/section>/s.exec(html)![0];
    listed.push(...[...panel.matchAll(/href="\/assets\/t\/raw\/([^"]+)"/g)].map(([, key]) => key!));
    path = /href="([^"]*)">Older/.exec(panel)?.[1]?.replaceAll("&amp;", "&");
  }
  assertEquals([listed.length, new Set(listed).size, listed[0], listed.at(-1)], [
    119,
    119,
    "2024-01-31",
    "2023-10-05",
  ]);
  isGood = true;
  await materialize({ partitions: ["2024-01-31"], force: true });
  const mended = await get("/checks?asset=t/raw");
  assertMatch(mended.text, /Fail now 118 partitions/);
  const sorted = await get("/checks?asset=t/raw&failing-sort=partition&before=2023-10-07");
  assertMatch(sorted.text, /2023-10-05 has_rows .* 2023-10-06 has_rows .* ← Newest/);
  assertEquals((await get("/checks?asset=t/raw&before=soon")).status, 400);
});

Deno.test("the first rows are read from the partition's files alone, whatever its key is", () => {
  const table: TableDefinition = {
    type: "table",
    database: "d",
    name: 'odd"name',
    columns: [],
    partitionColumns: [
      { name: "day", type: "date32", nullable: false },
      { name: "city", type: "utf8", nullable: false },
    ],
    format: "parquet",
    location: "t/marts",
  };
  const file = { path: "t/marts/day=2024-01-30/city=L'%C3%8Ele/part-00000.parquet", size: 1, hash: "" };
  assertEquals(
    statementOf(table, [file]),
    `SELECT * FROM "d"."odd""name" WHERE "day" = DATE '2024-01-30' AND "city" = 'L''Île' LIMIT 20`,
  );
  assertEquals(statementOf(table, []), undefined);
});

Deno.test("a partition that was put back says so, though it is fresh", async () => {
  const versions: Record<string, string> = {};
  const { get, materialize, orchestrator } = await shown(changing(versions));
  await materialize();
  versions["2024-01-30"] = "2";
  await materialize({ assets: new Set(["t/raw"]), partitions: ["2024-01-30"], force: true });
  await orchestrator.rollback("t/raw", "2024-01-30");
  const { text } = await get("/assets/t/raw/2024-01-30");
  assertMatch(text, /Why It is fresh: nothing .* made or put back\. rolled back/);
});

Deno.test("a file that is deleted while the pages are served is damage at the next look, until it is back", async () => {
  const { one, lake } = files([{
    checks: [{ name: "kept", severity: "warning" }],
    run: ({ outputs }) =>
      Promise.resolve(outputs.map(({ partition }) => ({ check: "kept", partition, passed: true }))),
  }]);
  const { get, app, materialize, orchestrator } = await shown([one], { lake, recordsDamage: false });
  await materialize();
  await orchestrator.check(
    { assets: new Set(["t/one"]), all: true, lookbackDays: 7 },
    new AbortController().signal,
  );
  assertMatch((await get("/assets/t/one/a")).text, /fresh .*files_intact blocking passed/);
  lake.files.delete("lake/one/a");
  const { text } = await get("/assets/t/one/a");
  assertMatch(text, /t\/one a Rebuild .* damaged .*its files are damaged/);
  assertMatch(text, /files_intact blocking failed found "lake\/one\/a" missing/);
  assertMatch((await get("/assets/t/one")).text, /1 stale/);
  const asked = await (await app.request("/api/assets/t/one/a")).json();
  assertEquals([asked.state, asked.causes[0].kind], ["stale", "damaged"]);
  lake.files.set("lake/one/a", "1");
  assertMatch((await get("/assets/t/one/a")).text, /fresh .*files_intact blocking passed/);

  lake.files.set("lake/one/b", "2");
  assertMatch((await get("/assets/t/one")).text, /1 stale/, "seen by the asset's page first");
});
