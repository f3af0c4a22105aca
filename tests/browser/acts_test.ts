import { assert, assertEquals, assertMatch } from "@std/assert";
import { declared } from "../web/served.ts";
import { shown } from "../web/pages/shown.ts";
import { launch } from "./chromium.ts";
import { look } from "./look.ts";
import { Viewer } from "./viewer.ts";

const LOOK = "/acts/materialize?selection=t/raw&from=2024-01-28&to=2024-01-29";
const REQUEST = { command: "materialize", ranges: [] } as const;

Deno.test("acts in a browser", async (test) => {
  const { app, state, clock } = await shown(declared());
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  await using browser = await launch();
  const base = `http://127.0.0.1:${server.addr.port}`;

  await test.step("an act is asked for as it was looked at: whoever changes a choice looks again first", async () => {
    await using viewer = await Viewer.open(browser, base);
    const { page } = viewer;
    await viewer.to(LOOK);
    const main = page.getByRole("button", { name: /^Materialize: / });
    const hint = page.getByText("look again first");
    assert(await main.isEnabled());
    assert(!await hint.isVisible());
    await page.getByLabel("To", { exact: true }).fill("2024-01-28");
    assert(await main.isDisabled());
    assert(await hint.isVisible());
    await page.getByLabel("To", { exact: true }).fill("2024-01-29");
    assert(await main.isEnabled());
    await page.getByLabel("Make what is fresh, too").check();
    assert(await main.isDisabled());
    await page.getByLabel("To", { exact: true }).fill("2024-01-28");
    await page.getByRole("button", { name: "Look again" }).click();
    assertMatch(await main.innerText(), /1 partition$/);
    assert(await main.isEnabled());
    assertEquals(await state.runs(9), []);
    assertEquals(viewer.faults, []);
  });

  await test.step("these pages are sound, and those of what cannot be meant", async () => {
    const faults = async (paths: readonly string[], status: number) =>
      // This lake has no tables.
      (await look({ browser, base, paths, status })).faults.filter((each) => !/answers 503$/.test(each));
    assertEquals(await faults([LOOK, "/acts/backfill?selection=t/raw"], 200), []);
    const odd = ["/acts/materialize?selection=t/none", "/runs?status=nope", "/assets/t/raw?at=2018-13"];
    assertEquals(await faults(odd, 400), []);
  });

  await test.step("Back closes a dialog, as Escape does, and then leaves the page", async () => {
    await using viewer = await Viewer.open(browser, base);
    const { page } = viewer;
    const dialog = page.getByRole("dialog");
    const open = async () => {
      await page.getByRole("main").getByRole("link", { name: "Materialize" }).first().click();
      await dialog.waitFor();
    };
    const closed = () => dialog.waitFor({ state: "detached" });
    await viewer.to("/assets");
    await viewer.to("/");
    await open();
    await page.goBack();
    await closed();
    assertEquals(viewer.path, "/");
    await open();
    await page.keyboard.press("Escape");
    await closed();
    await open();
    await page.keyboard.press("Escape");
    await closed();
    await page.waitForFunction("!history.state?.dialog");
    await page.goBack();
    assertEquals(viewer.path, "/assets");
    await viewer.to("/");
    await open();
    await dialog.getByRole("button", { name: /^Materialize: / }).click();
    await page.waitForURL(/runs/);
    await page.goBack();
    await page.waitForFunction("document.readyState === 'complete' && !history.state?.dialog");
    assertEquals(viewer.path, "/");
    await page.goBack();
    await page.waitForURL(/assets/);
    assertEquals(viewer.faults, []);
  });

  await test.step("the log of a run at work says that it is empty, grows by itself, and says how it ended", async () => {
    const at = clock.now();
    const [run, silent] = [await state.beginRun(REQUEST, at), await state.beginRun(REQUEST, at)];
    await using viewer = await Viewer.open(browser, base);
    await using other = await Viewer.open(browser, base);
    const { page } = viewer;
    const none = page.locator("[data-no-lines]");
    await viewer.to(`/runs/${run}`);
    assertMatch(await none.innerText(), /Nothing has been logged yet/);
    assert(!await page.locator(".log").isVisible());
    await state.log(run, [{ step: 1, at, level: "info", message: "asking", fields: {} }]);
    await page.locator(".log").getByText("asking").waitFor();
    assert(!await none.isVisible());
    await other.to(`/runs/${silent}`);
    await state.endRun(silent, "succeeded", {}, at);
    await other.page.getByText("Nothing was logged.").waitFor();
    assertEquals([...viewer.faults, ...other.faults], []);
  });

  await test.step("the clock and ages go on by themselves", async () => {
    await using viewer = await Viewer.open(browser, base, { timezoneId: "UTC" });
    const { page } = viewer;
    await page.clock.install();
    const run = await state.beginRun(REQUEST, clock.now());
    await state.endRun(run, "succeeded", {}, clock.now());
    await viewer.to(`/runs/${run}`);
    const told = await viewer.text(".lake");
    assertMatch(await viewer.text(), /\(1 s ago\)/);
    await page.clock.runFor(20_500);
    assertMatch(await viewer.text(), /\(20 s ago\)/);
    const seconds = (text: string) => Date.parse(`${text.slice(-19).replace(" ", "T")}Z`) / 1_000;
    assertEquals(seconds(await viewer.text(".lake")) - seconds(told), 20);
    assertEquals(viewer.faults, []);
  });
});
