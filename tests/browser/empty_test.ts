import { assertEquals, assertStringIncludes } from "@std/assert";
import { launch } from "./chromium.ts";
import { Lake } from "./lakes.ts";
import { look } from "./look.ts";
import { railOf } from "./rail.ts";
import { Viewer } from "./viewer.ts";

Deno.test("no lake at all", async (test) => {
  await using lake = await Lake.none();
  await using browser = await launch();
  const base = lake.url;

  await test.step("a page says that there is none yet, and what it waits for", async () => {
    const looked = await look({ browser, base, paths: ["/", "/runs/1"], status: 503 });
    assertEquals(looked.faults, []);
  });

  await test.step("the page opens by itself once there is one", async () => {
    await using viewer = await Viewer.open(browser, base);
    await viewer.to("/");
    assertStringIncludes(await viewer.text(), "The lake is not open");
    await lake.does("materialize", "vietnam/locations");
    await viewer.page.getByRole("region").first().waitFor({ timeout: 20_000 });
    assertStringIncludes(await viewer.text(), "vietnam");
  });

  await test.step("every page of a lake without data is sound, and says what to do", async () => {
    await lake.does("wipe", "vietnam/locations", "--yes");
    const paths = [
      ...await railOf(base),
      "/assets/vietnam/prod_mart",
      "/assets/vietnam/locations/_",
      "/acts/materialize?selection=*",
      "/acts/backfill?selection=vietnam/raw_prod&from=2026-01-01",
      "/audit",
    ];
    const looked = await look({ browser, base, paths });
    console.log(`${paths.length} pages in ${looked.views} views, ${looked.links} links followed`);
    assertEquals(looked.faults, []);
  });
});
