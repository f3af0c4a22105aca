import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pause, until } from "../faults/until.ts";
import { launch } from "./chromium.ts";
import { dayOf, Lake } from "./lakes.ts";
import { look, lookWithoutScripts } from "./look.ts";
import { railOf } from "./rail.ts";
import { Viewer } from "./viewer.ts";

const GRAIN = "/assets/mill/grain", FLOUR = "/assets/mill/flour", TOWNS = "/assets/bakery/towns";

/** Beside those of the rail: what fails, is late, stale, blocked, at work and queued, and the acts on it. */
const PAGES = [
  "/assets?group=mill",
  "/lineage?selection=%2Bmill/flour",
  GRAIN,
  `${GRAIN}?at=${dayOf(3).slice(0, 4)}`,
  `${GRAIN}/${dayOf(36)}`,
  `${GRAIN}/${dayOf(38)}`,
  FLOUR,
  `${FLOUR}/${dayOf(34)}`,
  `${FLOUR}/${dayOf(36)}`,
  `${FLOUR}/${dayOf(37)}`,
  `${FLOUR}/${dayOf(38)}`,
  TOWNS,
  `${TOWNS}/${encodeURIComponent("Hà Nội")}`,
  `${TOWNS}/${encodeURIComponent("a/b?c=d#e")}`,
  `${TOWNS}/${encodeURIComponent("<i>100 %</i>")}`,
  "/assets/bakery/oven",
  "/assets/bakery/oven/_",
  "/runs/1",
  "/runs/4",
  "/runs/5",
  "/runs?status=failed",
  "/backfills/1",
  "/automation/mill/nightly",
  "/automation/bakery/carts",
  "/audit",
  "/design",
  "/acts/materialize?selection=*",
  `/acts/materialize?selection=mill/flour&partitions=${dayOf(38)}&force=true`,
  "/acts/check?selection=mill/flour",
  "/acts/wipe?selection=mill/flour",
  `/acts/rollback?selection=mill/grain&partitions=${dayOf(38)}`,
  `/acts/backfill?selection=mill/grain&from=${dayOf(0)}`,
  "/acts/cancel?run=4",
  "/acts/retry?run=1",
];

Deno.test("a lake in trouble", async (test) => {
  await using lake = await Lake.troubled();
  await using browser = await launch();
  const base = lake.url;
  const paths = [...await railOf(base), ...PAGES];
  await until("the alerts to be open", async () => {
    const open = await fetch(`${base}/api/alerts`).then((answer) => answer.json());
    return open.length >= 3;
  });

  await test.step("every page is sound, wide and narrow, by light and in the dark, in both languages", async () => {
    const looked = await look({ browser, base, paths });
    console.log(
      `${paths.length} pages in ${looked.views} views, ${looked.links} links followed`,
    );
    assertEquals(looked.faults, []);
  });

  await test.step("every page says what it says without scripts", async () => {
    assertEquals(await lookWithoutScripts({ browser, base, paths }), []);
  });

  await test.step("the overview and the pages behind it say what is wrong", async () => {
    await using viewer = await Viewer.open(browser, base);
    await viewer.to("/");
    const overview = await viewer.text();
    assertMatch(overview, /need a look/);
    for (const state of ["failed", "blocked", "late", "running", "stale", "missing", "fresh"]) {
      assertStringIncludes(overview, state);
    }
    await viewer.to(`${FLOUR}/${dayOf(38)}`);
    assertStringIncludes(await viewer.text(), `mill/grain ${dayOf(38)}`);
    await viewer.to(`${FLOUR}/${dayOf(37)}`);
    assertStringIncludes(await viewer.text(), "found grains of 0.4 mm, wanted at most 0.2 mm");
    await viewer.to("/runs/4");
    assertMatch(await viewer.text(), /running.*At work now bakery\/oven.*the door does not close/);
    await viewer.to("/runs/5");
    assertMatch(await viewer.text(), /queued/);
    await viewer.to("/automation/bakery/carts");
    assertStringIncludes(await viewer.text(), "found the road flooded, wanted it dry");
    assertEquals(viewer.faults, []);
  });

  await test.step("what another process commits appears on the open overview", async () => {
    await using viewer = await Viewer.open(browser, base);
    await viewer.to("/");
    await viewer.value("window.isTheSame = true");
    const row = viewer.page.locator("[data-live=groups] tr", { hasText: "bakery" });
    const before = await row.innerText();
    await pause(1_500); // the page follows by then
    await lake.does("materialize", "bakery/towns", "--partition", "Hội An & Huế");
    await until("the overview to tell of it", async () => await row.innerText() !== before, 10_000);
    assertEquals(await viewer.value("window.isTheSame"), true);
    assertEquals(viewer.faults, []);
  });

  await test.step("what happens before a page begins to follow the lake is caught up with", async () => {
    await using viewer = await Viewer.open(browser, base);
    await viewer.page.route("**/api/live", async (route) => {
      await lake.does("materialize", "bakery/towns", "--partition", "a/b?c=d#e");
      await route.continue();
    }, { times: 1 });
    await viewer.to("/");
    const row = viewer.page.locator("[data-live=groups] tr", { hasText: "bakery" });
    assertMatch(await row.innerText(), /2 fresh/);
    await until("the overview to catch up", async () => /3 fresh/.test(await row.innerText()), 10_000);
  });

  await test.step("a run is asked for without scripts, by the pages of the act", async () => {
    await using viewer = await Viewer.open(browser, base, { javaScriptEnabled: false });
    const { page } = viewer;
    await viewer.to(TOWNS);
    await page.getByRole("main").getByRole("link", { name: "Materialize" }).first().click();
    assertEquals(new URL(page.url()).pathname, "/acts/materialize");
    await page.getByLabel("Partitions").fill("<i>100 %</i>");
    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByRole("button", { name: /^Materialize: / }).click();
    assertMatch(viewer.path, /^\/runs\/\d+$/);
    assertMatch(await viewer.text(), /queued.*materialize bakery\/towns/);
    assertEquals(viewer.faults, []);
  });

  await test.step("a run at work is cancelled in a dialog, and those that wait go on, live", async () => {
    await using viewer = await Viewer.open(browser, base);
    const { page } = viewer;
    await viewer.to("/runs/4");
    await page.getByRole("link", { name: "Cancel" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button").last().click();
    await page.waitForURL(/\/runs\/4$/);
    await until("the run to be cancelled", async () => /cancelled/.test(await viewer.text("h1")), 20_000);
    await viewer.to("/runs/5");
    await until(
      "what waited to be done",
      async () => /succeeded|failed/.test(await viewer.text("h1")),
      20_000,
    );
    assert((await viewer.text()).length > 0);
    assertEquals(viewer.faults, []);
  });
});
