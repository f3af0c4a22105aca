import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { DuckDBInstance } from "duckdb";
import { join } from "@std/path";
import type { Browser } from "playwright-core";
import { until } from "../faults/until.ts";
import { launch } from "./chromium.ts";
import { Lake, MONTH } from "./lakes.ts";
import { look, lookWithoutScripts } from "./look.ts";
import { inShort, paintsOf } from "./paint.ts";
import { railOf } from "./rail.ts";
import { Viewer } from "./viewer.ts";

const DAY = "2018-01-03", MART = "/assets/vietnam/dev_mart";
const COUNT = "SELECT count(*) AS records, count(DISTINCT measurement_date) AS days FROM prod_db.vietnam";

/** Milliseconds after which a page is slow even on a machine that is busy with other things. */
const SLOW = 3_000;

/** Beside those of the rail. */
const PAGES = [
  "/lineage?fold=vietnam",
  "/assets?group=vietnam",
  `/assets/vietnam/raw_prod?at=2018-01`,
  `/assets/vietnam/raw_prod/${DAY}T07`,
  `${MART}?at=2018`,
  `${MART}/${DAY}`,
  `/assets/vietnam/prod_mart/${DAY}`,
  "/assets/vietnam/locations",
  "/assets/vietnam/locations/_",
  "/assets/view/aq_prod.pm25_by_day/_",
  "/runs/1",
  "/runs/2?level=warn",
  "/automation/automation",
  "/automation?asset=vietnam/dev_mart",
  "/audit",
  `/acts/materialize?selection=vietnam/dev_mart&partitions=${DAY}`,
  `/acts/rollback?selection=vietnam/raw_prod&partitions=${DAY}T07`,
  `/promotion/${DAY}`,
  "/air?show=series&from=2018-01-03&to=2018-01-03",
  "/data?q=pm25",
  "/data/prod_db/vietnam",
  "/data/aq_prod/pm25_by_day",
  `/sql?${new URLSearchParams({ q: COUNT })}`,
  `/sql?${new URLSearchParams({ q: "SELECT datetime, pm25 FROM prod_db.vietnam ORDER BY datetime" })}`,
];

Deno.test("a month of real data", async (test) => {
  await using lake = await Lake.real();
  await using browser = await launch();
  const base = lake.url;
  const paths = [...await railOf(base), ...PAGES];

  await test.step("every page is sound, wide and narrow, by light and in the dark, in both languages", async () => {
    const looked = await look({ browser, base, paths });
    console.log(`${paths.length} pages in ${looked.views} views, ${looked.links} links followed`);
    assertEquals(looked.faults, []);
  });

  await test.step("every page is painted at once", async () => {
    const { cold, warm } = await paintsOf(browser, base, paths);
    console.log(`first contentful paint: ${inShort(cold)}; again: ${inShort(warm)}; wanted 500 ms`);
    const slow = [...cold, ...warm].filter(({ ms }) => ms > SLOW);
    assertEquals(slow, []);
  });

  await test.step("every page says what it says without scripts", async () => {
    assertEquals(await lookWithoutScripts({ browser, base, paths }), []);
  });

  await test.step("a newcomer finds why a day is stale, rebuilds it and watches", () =>
    newcomer(browser, base));

  await test.step("a month is taken along as Parquet", async () => {
    await using viewer = await Viewer.open(browser, base);
    const { page } = viewer;
    await viewer.to("/");
    await page.getByRole("navigation").getByRole("link", { name: "Data", exact: true }).click();
    await page.locator("a[href='/data/prod_db/vietnam']").click();
    await page.getByLabel("From").fill(MONTH.from);
    await page.getByLabel("To", { exact: true }).fill(MONTH.to);
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Parquet" }).click();
    const file = join(lake.folder, "month.parquet");
    await (await coming).saveAs(file);
    const [rows, days] = await countsIn(file);
    assert(days! >= 28 && days! <= 31, `${days} days`); // some days of the real month have no rows
    await viewer.to(`/sql?${new URLSearchParams({ q: COUNT })}`);
    assertStringIncludes(await viewer.text("main table"), ` ${rows} ${days}`);
    assertEquals(viewer.faults, []);
  });

  await test.step("a query is a link, and its answer a table", async () => {
    await using viewer = await Viewer.open(browser, base);
    assertEquals(await viewer.to(`/sql?${new URLSearchParams({ q: COUNT })}`), 200);
    assertMatch(await viewer.text("main table"), /records.* days.* \d[\d,]* \d+$/);
    await viewer.page.locator("textarea").fill("SELECT 6 * 7 AS answer");
    await viewer.page.getByRole("button", { name: "Run", exact: true }).click();
    await viewer.page.waitForURL(/q=SELECT\+6/);
    assertMatch(await viewer.text("main table"), /answer.* 42$/);
    assertEquals(viewer.faults, []);
  });

  await test.step("a day of dev and prod is compared", async () => {
    await using viewer = await Viewer.open(browser, base);
    assertEquals(await viewer.to(`/promotion/${DAY}`), 200);
    assertMatch(await viewer.text(), /dev.*prod/i);
    assertEquals(viewer.faults, []);
  });

  await test.step("by the keyboard alone", () => byKeyboard(browser, base));
  await test.step("times are labelled with their zone, which is switched", () => zones(browser, base));
  await test.step("who wants less motion gets none", () => stillness(browser, base));
});

async function newcomer(browser: Browser, base: string): Promise<void> {
  await using viewer = await Viewer.open(browser, base);
  const { page } = viewer;
  await viewer.to("/");
  assertMatch(await viewer.text("main"), /stale/);
  await page.locator("main a", { hasText: /^vietnam$/ }).click();
  await page.waitForURL(/group=vietnam/);
  const row = page.locator("main tr", { hasText: "vietnam/dev_mart" });
  assertMatch(await row.innerText(), /1 stale/);
  await row.getByRole("link", { name: "vietnam/dev_mart" }).click();
  await page.waitForURL(/dev_mart/);
  await page.locator(`main a[href$='dev_mart/${DAY}']`).first().click();
  await page.waitForURL(new RegExp(DAY));
  const why = await viewer.text("[data-live=why]");
  assertMatch(why, /vietnam\/raw_prod 2018-01-03T07/);
  assertMatch(await viewer.text(), /stale/);

  await page.getByRole("link", { name: "Rebuild" }).click();
  const dialog = page.getByRole("dialog");
  assertMatch(await dialog.innerText(), /vietnam\/dev_mart\s+2018-01-03/);
  await dialog.getByRole("button", { name: /^Materialize: / }).click();
  await page.waitForURL(/\/runs\/\d+$/);
  await viewer.value("window.isTheSame = true");
  const seen = new Set<string>();
  await until("the run to succeed", async () => {
    const [state] = /queued|running|succeeded|failed/.exec(await viewer.text("h1")) ?? [];
    if (state) seen.add(state);
    return seen.has("succeeded") || seen.has("failed");
  }, 30_000);
  assertEquals([seen.has("failed"), await viewer.value("window.isTheSame")], [false, true]);
  assert(seen.has("queued") || seen.has("running"), `saw only ${[...seen]}`);
  await page.locator(`main a[href$='dev_mart/${DAY}']`).first().click();
  await page.waitForURL(new RegExp(`dev_mart/${DAY}`));
  await until(
    "the day to be fresh",
    async () => /fresh/.test(await viewer.text("[data-live=state]")),
    10_000,
  );
  assertNotMatch(await viewer.text("[data-live=why]"), /raw_prod/);
  assertEquals(viewer.faults, []);
}

/** What the focus is on, and whether one sees that it is. */
const FOCUS = `(() => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { width, height, top, bottom } = at.getBoundingClientRect();
  return {
    on: at.outerHTML.slice(0, 120),
    isSkip: at.classList.contains("skip"),
    isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && width > 0 && height > 0 &&
      bottom > 0 && top < innerHeight,
    isIn: at.closest("dialog") ? "dialog" : at.closest("main") ? "main" : "page",
  };
})()`;

interface Focus {
  readonly on: string;
  readonly isSkip: boolean;
  readonly isSeen: boolean;
  readonly isIn: "dialog" | "main" | "page";
}

async function byKeyboard(browser: Browser, base: string): Promise<void> {
  await using viewer = await Viewer.open(browser, base);
  const { keyboard } = viewer.page;
  const focus = () => viewer.value<Focus>(FOCUS);
  for (const path of ["/", MART, "/runs", "/lineage", `/acts/materialize?selection=*`]) {
    await viewer.to(path);
    await keyboard.press("Tab");
    assertEquals([(await focus()).isSkip, (await focus()).isSeen], [true, true], `the skip link of ${path}`);
    const unseen: string[] = [];
    for (let stop = 0; stop < 30; stop++) {
      await keyboard.press("Tab");
      const { on, isSeen } = await focus();
      if (!isSeen && !on.startsWith("<body")) unseen.push(`${path}: ${on}`);
    }
    assertEquals(unseen, []);
  }
  await viewer.to(`${MART}/${DAY}`);
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  for (let stop = 0; stop < 40 && !/data-dialog/.test((await focus()).on); stop++) {
    await keyboard.press("Tab");
  }
  const opener = await focus();
  assertEquals(opener.isIn, "main");
  assertStringIncludes(opener.on, "data-dialog");
  await keyboard.press("Enter");
  await viewer.page.getByRole("dialog").waitFor();
  assertEquals((await focus()).isIn, "dialog");
  for (let stop = 0; stop < 12; stop++) {
    await keyboard.press("Tab");
    const { isIn, isSeen, on } = await focus();
    if (isIn === "dialog") assert(isSeen, on);
    else assertStringIncludes(on, "<body"); // the browser's own bar comes between
  }
  await keyboard.press("Escape");
  await viewer.page.getByRole("dialog").waitFor({ state: "detached" });
  assertEquals((await focus()).on, opener.on);
  assertEquals(viewer.faults, []);
}

async function zones(browser: Browser, base: string): Promise<void> {
  await using viewer = await Viewer.open(browser, base);
  const { page } = viewer;
  await viewer.to("/runs/1"); // the first page of all is written in UTC
  await viewer.to("/runs/1");
  assertStringIncludes(await viewer.text("aside"), "Times in Asia/Ho_Chi_Minh");
  const own = await viewer.text("[data-live=facts] time >> nth=0");
  await page.getByRole("button", { name: "UTC" }).click();
  await until("times in UTC", async () => (await viewer.text("aside")).includes("Times in UTC"), 10_000);
  assertEquals(viewer.path, "/runs/1");
  const utc = await viewer.text("[data-live=facts] time >> nth=0");
  assert(own !== utc, `"${own}" and "${utc}"`);
  await page.getByRole("button", { name: "Here" }).click();
  await until("times of one's own", async () => (await viewer.text("aside")).includes("Ho_Chi_Minh"), 10_000);
  assertEquals(viewer.faults, []);
}

async function stillness(browser: Browser, base: string): Promise<void> {
  await using viewer = await Viewer.open(browser, base, { reducedMotion: "reduce" });
  for (const path of ["/", MART, "/runs"]) {
    await viewer.to(path);
    const moving = await viewer.value<string[]>(`[...document.querySelectorAll("*")].filter((each) => {
      const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(each);
      const isLong = (text) => text.split(",").some((each) => parseFloat(each) > 0.01);
      return animationName !== "none" && isLong(animationDuration) || isLong(transitionDuration) ||
        scrollBehavior === "smooth";
    }).map((each) => each.outerHTML.slice(0, 100))`);
    assertEquals(moving, [], path);
  }
}

/** How many rows and days a file of Parquet has, as DuckDB reads it. */
async function countsIn(file: string): Promise<number[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const read = `SELECT count(*), count(DISTINCT measurement_date) FROM read_parquet('${file}')`;
    const [row] = await (await connection.runAndReadAll(read)).getRows();
    return row!.map(Number);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
