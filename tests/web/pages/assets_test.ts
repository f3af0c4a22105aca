import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { type CheckContext, daily, definer, from, identity, setPaused } from "../../../core/mod.ts";
import { layOut } from "../../../web/pages/lineage/layout.ts";
import { place } from "../../../web/pages/lineage/place.ts";
import { contents } from "../../core/lab.ts";
import { declared } from "../served.ts";
import { shown } from "./shown.ts";

const { asset } = definer<null>();

Deno.test("a lake of which nothing was made says so, and leads to making it", async () => {
  const { get } = await shown(declared());
  const { status, text, html } = await get("/");
  assertEquals(status, 200);
  assertStringIncludes(text, "There is nothing in the lake yet");
  assertMatch(html, /<h1>There is nothing in the lake yet/);
  assertMatch(html, /data-dialog[^>]* href="\/acts\/materialize\?selection=\*"/);
});

Deno.test("the overview says what failed and is blocked, never that all is well", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  const { text, html } = await get("/");
  assertMatch(text, /^2 partitions need a look/);
  assertMatch(
    text,
    /What needs a look Materialize these failed t\/raw 2024-01-30 found no answer, wanted one blocked t\/mart 2024-01-30/,
  );
  assertMatch(text, /t 2 8 1 failed 1 blocked 6 fresh/);
  assertMatch(text, /^2 .* What failed, is blocked, damaged, stale or late stands below/);
  assertNotMatch(text, /The lake is well/);
  const [, these] = /href="([^"]+)">Materialize these/.exec(html)!;
  assertMatch((await get(these!.replaceAll("&amp;", "&"))).text, /What will happen 2 partitions /);
  assertStringIncludes(html, 'href="/assets/t/raw"');
});

Deno.test("the overview lists what is stale, with why, and what is late of the days that are wanted", async () => {
  const days = daily({ start: "2015-01-01" });
  const content: Record<string, string> = {};
  const raw = asset({
    key: "t/raw",
    partitions: days,
    freshness: { within: { hours: 6 }, after: "partition-end" },
    ...contents(content),
  });
  const mart = asset({
    key: "t/mart",
    partitions: days,
    deps: { raw: from(raw, identity) },
    ...contents({}),
  });
  const { get, materialize } = await shown([raw, mart]);
  await materialize({ from: "2015-01-01", to: "2015-01-03" });
  for (let day = 25; day < 31; day++) await materialize({ partitions: [`2024-01-${day}`] });
  const late = await get("/");
  assertMatch(late.text, /^1 partition needs a look/);
  assertMatch(
    late.text,
    /What needs a look Materialize these late t\/raw 2024-01-31 At work/,
    "years that nobody wants are left out",
  );
  const among = / of these 1 late/;
  assertMatch(late.text, among);
  for (const path of ["/assets", "/assets/t/raw"]) assertMatch((await get(path)).text, among, path);
  assertMatch((await get("/lineage")).text, /t\/raw 1 late/);
  const said = /late: not fresh 6 hours/;
  assertMatch((await get("/assets/t/raw/2024-01-31")).text, said);
  assertNotMatch((await get("/assets/t/raw/2023-06-30")).text, said);
  assertMatch((await get("/assets/t/raw?at=2023")).text, /2023-01-01 2023-12-31 365 missing/);

  content["2015-01-02"] = "2";
  await materialize({ assets: new Set(["t/raw"]), partitions: ["2015-01-02"], force: true });
  const { text, html } = await get("/");
  assertMatch(text, /^2 partitions need a look/, "as many as are listed");
  assertMatch(
    text,
    /late t\/raw 2024-01-31 stale t\/mart 2015-01-02 what it reads changed: t\/raw 2015-01-02/,
  );
  assertStringIncludes(html, 'href="/assets/t/mart/2015-01-02"');
  await materialize({ assets: new Set(["t/raw", "t/mart"]), partitions: ["2024-01-31"] });
  assertMatch((await get("/")).text, /^1 partition is stale .*nothing is at work on what is stale/);
});

Deno.test("the overview's lead says that automation is paused", async () => {
  const [raw] = declared();
  const { get, state, materialize } = await shown([raw!]);
  await materialize({ partitions: ["2024-01-28"] });
  assertNotMatch((await get("/")).text, /Automation is paused/);
  await setPaused(state.keyValue, "automation", { paused: true, at: 0 });
  assertMatch((await get("/")).text, /^The lake is well .* Automation is paused: nothing is asked for/);
});

Deno.test("an open alert that is an error keeps the overview from saying that all is well", async () => {
  const [raw] = declared();
  const { get, state, materialize } = await shown([raw!]);
  await materialize({ partitions: ["2024-01-28"] });
  const episode = { key: "1", rule: "source", subject: "openaq", message: "found it down", opened: 0 };
  await state.alerts.begin({ ...episode, severity: "error" }, []);
  assertMatch((await get("/")).text, /^1 open alert needs a look/);
});

Deno.test("assets are chosen by a selection, as commands have it; what chooses none says so", async () => {
  const { get } = await shown(declared());
  assertMatch((await get("/assets")).text, /t\/raw .* t\/mart/);
  const { text, html } = await get("/assets?selection=t/mart");
  assertNotMatch(text, /t\/raw/);
  assertStringIncludes(html, 'href="/acts/materialize?selection=t%2Fmart"');
  const { status, text: wrong } = await get("/assets?selection=t/mard");
  assertEquals(status, 400);
  assertMatch(wrong, /found no asset "t\/mard"/);
});

Deno.test("each partition has one share of a bar; those that are late are counted among them", async () => {
  const [raw] = declared();
  const freshness = { within: { hours: 2 }, after: "partition-end" as const };
  const { get, materialize } = await shown([{ ...raw!, freshness }]);
  await materialize();
  for (const path of ["/", "/assets", "/assets/t/raw"]) {
    const { text, html } = await get(path);
    assertMatch(text, /1 failed 3 fresh of these 1 late/, path);
    assertMatch(html, /class="bar"[^>]* aria-label="1 failed, 3 fresh"/, path);
  }
});

Deno.test("a table is sorted by its address, either way", async () => {
  const { get } = await shown(declared());
  const keys = async (sort: string) =>
    [...(await get(`/assets?sort=${sort}`)).html.matchAll(/<td class=""><a class="key"[^>]*>([^<]*)/g)]
      .map(([, key]) => key);
  assertEquals(await keys("asset"), ["t/mart", "t/raw"]);
  assertEquals(await keys("-asset"), ["t/raw", "t/mart"]);
  const { html } = await get("/assets?sort=asset");
  assertStringIncludes(html, 'aria-sort="ascending"');
  assertStringIncludes(html, 'href="/assets?sort=-asset"');
});

Deno.test("an asset shows each of its partitions by state, with a table behind", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  const { text, html } = await get("/assets/t/raw");
  assertMatch(text, /t\/raw Materialize Backfill Check Wipe/);
  assertStringIncludes(html, "<title>2024-01-30: failed</title>");
  assertStringIncludes(html, 'href="/assets/t/raw/2024-01-28"');
  assertMatch(text, /As ranges \(3\)/);
  assertMatch(text, /2024-01-30 2024-01-30 1 failed/);
  assertMatch(text, /2024-01-30 .*found no answer, wanted one/);
  assertStringIncludes(html, "from=2024-01&amp;to=2024-12");
});

Deno.test("an asset names who answers for it, in the API, too", async () => {
  const [raw] = declared();
  const { get, app } = await shown([
    { ...raw!, owners: ["air-quality", "lan@example.org"] },
    { ...raw!, key: "t/nobodys" },
  ]);
  assertMatch((await get("/assets/t/raw")).text, /Owners air-quality, lan@example.org/);
  assertNotMatch((await get("/assets/t/nobodys")).text, /Owners/);
  const { owners } = await (await app.request("/api/assets/t/raw")).json();
  assertEquals(owners, ["air-quality", "lan@example.org"]);
});

Deno.test("an asset's number over time has a plot, and a table of it", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  const { text } = await get("/assets/t/raw?number=rows");
  assertMatch(text, /Numbers over partitions .* 2024-01-28 3 3 3/);
  const sorted = await get("/assets/t/raw?number=rows&point-sort=-partition");
  assertMatch(sorted.text, /2024-01-31 3 3 3 .*2024-01-28 3 3 3/);
  assertMatch(sorted.html, /<details open><summary>rows · t\/raw/);
});

Deno.test("a number that the newest partition has no more is still plotted, and one that none has is told", async () => {
  const [raw] = declared();
  const materialize: NonNullable<typeof raw>["materialize"] = async function* ({ partitions }) {
    await null;
    yield [...partitions].map(({ ordinal, key }) => ({
      partition: ordinal,
      dataVersion: "1",
      metadata: key === "2024-01-28" ? { gaps: { type: "number" as const, value: 7 } } : {},
    }));
  };
  const made = await shown([{ ...raw!, materialize }]);
  const { get } = made;
  await made.materialize({ partitions: ["2024-01-28"] });
  assertStringIncludes((await get("/assets/t/raw")).html, '<option value="gaps" >gaps</option>');
  await made.materialize();
  const { status, text, html } = await get("/assets/t/raw?number=gaps");
  assertEquals(status, 200);
  assertMatch(text, /2024-01-28 7 7 7/);
  assertStringIncludes(html, '<option value="gaps" selected>gaps</option>');
  const none = await get("/assets/t/raw?number=gap");
  assertEquals(none.status, 200);
  assertStringIncludes(none.text, "No partition in this stretch has that number.");
});

Deno.test("what waits in the queue is shown so, until it is made", async () => {
  const { get, post, work } = await shown(declared());
  await post("/acts/materialize", { selection: "t/raw", partitions: "2024-01-28" });
  assertStringIncludes((await get("/assets/t/raw")).html, "<title>2024-01-28: queued</title>");
  await work();
  assertStringIncludes((await get("/assets/t/raw")).html, "<title>2024-01-28: fresh</title>");
});

Deno.test("an asset that there is not is not found", async () => {
  const { get } = await shown(declared());
  const { status, text } = await get("/assets/t/none");
  assertEquals(status, 404);
  assertStringIncludes(text, 'There is no asset "t/none"');
});

Deno.test("the lineage draws every asset with its state, folds groups, and has a table", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  const { text, html } = await get("/lineage");
  assertMatch(text, /t\/raw 1 failed/);
  assertMatch(text, /As a table .* t\/raw t\/mart content/);
  assertMatch(html, /<a href="\/assets\/t\/mart" class="s-blocked">/);
  assertMatch((await get("/lineage?fold=t")).html, /<a href="\/assets\?group=t" class="s-failed">/);
  assertNotMatch((await get("/lineage?selection=t/raw")).text, /t\/mart/);
});

Deno.test("a large lineage is laid out beside what is served, as it would be here", async () => {
  const nodes = Array.from({ length: 60 }, (_, place) => ({
    id: `t/a${place}`,
    group: "t",
    isGroup: false,
    kind: "asset",
    external: false,
    assets: [`t/a${place}`],
  }));
  const edges = nodes.slice(1).map(({ id }, place) => ({ from: `t/a${place >> 1}`, to: id, isOrder: false }));
  let others = 0;
  const other = setInterval(() => others++, 0);
  const placed = await place({ nodes, edges });
  clearInterval(other);
  assertEquals(placed, layOut({ nodes, edges }));
  assertNotEquals(others, 0, "what else there was to do was done meanwhile");
});

Deno.test("pages speak the viewer's language, in the zone that the browser told", async () => {
  const { get } = await shown(declared());
  const vietnamese = await get("/assets", { "accept-language": "vi-VN,en;q=0.5" });
  assertMatch(vietnamese.html, /<html lang="vi">.*<h1>Tài sản<\/h1>/s);
  const own = await get("/", { cookie: "own_zone=Asia%2FHo_Chi_Minh" });
  assertMatch(own.html, /Times in Asia\/(Ho_Chi_Minh|Saigon): <time>2024-02-01 19:00:00/);
  const utc = await get("/", { cookie: "own_zone=Asia%2FHo_Chi_Minh; zone=utc" });
  assertMatch(utc.html, /Times in UTC: <time>2024-02-01 12:00:00/);
  assertMatch((await get("/", { cookie: "own_zone=Nowhere" })).html, /Times in UTC/);
});

Deno.test("a viewer's choices are kept, and lead back to a page of this server alone", async () => {
  const { post } = await shown(declared());
  const kept = await post("/preferences", { language: "vi", back: "/assets?sort=asset" });
  assertEquals(kept, { status: 303, location: "/assets?sort=asset" });
  assertEquals((await post("/preferences", { back: "//elsewhere.example" })).location, "/");
});

Deno.test("nothing of a page is inline, whatever is in it", async () => {
  const { get, materialize } = await shown(declared());
  await materialize();
  for (
    const path of [
      "/",
      "/assets",
      "/assets/t/raw",
      "/assets/t/raw/2024-01-30",
      "/lineage",
      "/checks",
      "/runs/1",
    ]
  ) {
    const { html } = await get(path);
    assertNotMatch(html, /<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=/, path);
  }
});

Deno.test("a warning of several partitions leads to the first of them", async () => {
  const [raw] = declared();
  const passing = {
    checks: [{ name: "passes", severity: "warning" as const }],
    run: ({ outputs }: CheckContext<unknown>) =>
      Promise.resolve(outputs.map(({ partition }) => ({ check: "passes", partition, passed: true }))),
  };
  const freshness = { within: { hours: 2 }, after: "partition-end" as const };
  const late = { ...raw!, freshness, checks: [passing] };
  const { get, materialize } = await shown([late]);
  await materialize({ partitions: ["2024-01-28"] });
  const { text, html } = await get("/assets/t/raw");
  assertStringIncludes(text, "2024-01-29/2024-01-31 late: not fresh 2 hours after the partition's end");
  const leadsToFirst = /<a class="key" href="\/assets\/t\/raw\/2024-01-29">\s*2024-01-29\/2024-01-31/;
  assertMatch(html, leadsToFirst);
  assertMatch((await get("/checks")).html, leadsToFirst);
});

Deno.test("checks that failed are counted and named however old their partitions are", async () => {
  const [raw] = declared();
  let passed = true;
  const odd = {
    checks: [{ name: "even", severity: "warning" as const }],
    run: ({ outputs }: CheckContext<unknown>) =>
      Promise.resolve(outputs.map(({ partition }) => ({ check: "even", partition, passed }))),
  };
  const { get, materialize } = await shown([
    { ...raw!, partitions: daily({ start: "2018-01-01" }), checks: [odd] },
  ]);
  await materialize({ partitions: ["2018-01-06"] });
  passed = false;
  await materialize({ partitions: ["2018-01-07"] });
  const { text, html } = await get("/checks");
  assertMatch(text, /t\/raw 1 1 2018-01-07/);
  assertStringIncludes(html, 'href="/assets/t/raw/2018-01-07"');
});

Deno.test("what needs a look in another stretch than the one shown is named, and led to", async () => {
  const [raw] = declared();
  const { get, materialize } = await shown([{ ...raw!, partitions: daily({ start: "2023-12-30" }) }]);
  await materialize({ all: true });
  const elsewhere = /Not in the stretch below: failed 2024-01-30/;
  assertNotMatch((await get("/assets/t/raw")).text, elsewhere);
  const { text, html } = await get("/assets/t/raw?at=2023");
  assertMatch(text, elsewhere);
  assertStringIncludes(html, 'href="/assets/t/raw/2024-01-30"');
});

Deno.test("a zone is called by its present name", async () => {
  const { app } = await shown(declared());
  const html = await (await app.request("/assets", { headers: { cookie: "own_zone=Asia%2FSaigon" } })).text();
  assertStringIncludes(html, "Times in Asia/Ho_Chi_Minh");
});
