import type { Browser, BrowserContextOptions } from "playwright-core";
import { Links } from "./links.ts";
import { Viewer } from "./viewer.ts";

const NARROW = { width: 390, height: 844 };

export interface LookOptions {
  readonly browser: Browser;
  /** Where the lake's pages are. */
  readonly base: string;
  readonly paths: readonly string[];
  /** The status that a page answers with. @default 200 */
  readonly status?: number;
}

/** How pages were looked at. */
export interface Looked {
  /** A line for each thing that is wrong. */
  readonly faults: readonly string[];
  readonly views: number;
  readonly links: number;
}

/**
 * Looks at each page wide and narrow, by light and in the dark, in both languages, and follows its links. All rules of
 * accessibility are asked for by each width; for what a colour may break both themes are.
 */
export async function look(options: LookOptions): Promise<Looked> {
  const links = new Links(options.base, options.status ?? 200);
  const wide = await through(options, "wide", {}, async (viewer, path) => {
    links.add(path, await viewer.links());
    const light = await viewer.violations();
    await viewer.page.emulateMedia({ colorScheme: "dark" });
    const dark = [...await viewer.violations(["color-contrast"]), ...await viewer.sideways()];
    await viewer.page.emulateMedia({ colorScheme: "light" });
    return [...light, ...dark.map((fault) => `dark: ${fault}`)];
  });
  const narrow = await through(
    options,
    "narrow",
    { viewport: NARROW, colorScheme: "dark" },
    async (viewer) => {
      const dark = await viewer.violations();
      await viewer.page.emulateMedia({ colorScheme: "light" });
      const light = await viewer.sideways();
      await viewer.page.emulateMedia({ colorScheme: "dark" });
      return [...dark, ...light.map((fault) => `light: ${fault}`)];
    },
  );
  const other = { viewport: NARROW, locale: "vi-VN" };
  const vietnamese = await through(options, "Vietnamese", other, async (viewer) => {
    const language = await viewer.value<string>("document.documentElement.lang");
    return language === "vi" ? [] : [`language "${language}", wanted "vi"`];
  });
  const faults = [...wide, ...narrow, ...vietnamese, ...await links.broken()];
  return { faults, views: 5 * options.paths.length, links: links.followed };
}

/** Goes from page to page and looks at each. @returns What is wrong, a line each */
async function through(
  { browser, base, paths, status = 200 }: LookOptions,
  name: string,
  options: BrowserContextOptions,
  more: (viewer: Viewer, path: string) => Promise<readonly string[]>,
): Promise<string[]> {
  const faults: string[] = [];
  await using viewer = await Viewer.open(browser, base, options);
  for (const path of paths) {
    const answered = await viewer.to(path);
    const own = answered === status ? [] : [`status ${answered}, wanted ${status}`];
    const headings = await viewer.value<number>("document.querySelectorAll('h1').length");
    if (headings !== 1) own.push(`${headings} headings of the first rank, wanted one`);
    await shoot(viewer, `${name} ${path}`);
    own.push(...await viewer.sideways(), ...await viewer.squeezed());
    own.push(...await more(viewer, path), ...viewer.faults.splice(0));
    faults.push(...own.map((fault) => `${path} (${name}): ${fault}`));
  }
  return faults;
}

/** Keeps a picture of the page in the folder SHOTS, for somebody to look at. */
async function shoot({ page, base }: Viewer, name: string): Promise<void> {
  const folder = Deno.env.get("SHOTS");
  if (!folder) return;
  const file = `${new URL(base).port} ${name}`.replaceAll(/[^\w.,-]+/g, "_").slice(0, 120);
  await page.screenshot({ path: `${folder}/${file}.png`, fullPage: true });
}

/** Looks at each page without scripts: it has the headings that it has with them. */
export async function lookWithoutScripts({ browser, base, paths }: LookOptions): Promise<string[]> {
  const faults: string[] = [];
  await using plain = await Viewer.open(browser, base, { javaScriptEnabled: false });
  await using scripted = await Viewer.open(browser, base);
  for (const path of paths) {
    const [status] = await Promise.all([plain.to(path), scripted.to(path)]);
    if (status !== 200) faults.push(`${path} (no scripts): status ${status}, wanted 200`);
    const [headings, wanted] = await Promise.all(
      [plain, scripted].map(async ({ page }) =>
        (await page.locator("main :is(h1, h2)").allInnerTexts()).join(" / ")
      ),
    );
    if (headings !== wanted) faults.push(`${path} (no scripts): "${headings}", wanted "${wanted}"`);
  }
  return [...faults, ...plain.faults];
}
