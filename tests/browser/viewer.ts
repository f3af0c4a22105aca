import axe from "axe-core/axe.min.js" with { type: "text" };
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** What accessibility is held to. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Somebody who looks at a lake's pages, in a browser's context of their own; dispose of it. */
export class Viewer implements AsyncDisposable {
  /** What no page may do: errors of the console and of scripts, failed requests, breaches of the policy. */
  readonly faults: string[] = [];

  private constructor(readonly page: Page, readonly base: string) {
    page.on("console", (message) => {
      // A page whose own answer has a status of trouble is told by that status.
      const isOwn = message.location().url === page.url() &&
        message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isOwn) this.faults.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.faults.push(`script: ${error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // Whoever leaves a page ends what it follows.
      if (why !== "net::ERR_ABORTED") this.faults.push(`request: ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400 && !response.request().isNavigationRequest()) {
        this.faults.push(`answer: ${response.url()} ${response.status()}`);
      }
    });
  }

  static async open(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Viewer> {
    const context = await browser.newContext({
      baseURL: base,
      viewport: { width: 1280, height: 900 },
      locale: "en-GB",
      timezoneId: "Asia/Ho_Chi_Minh",
      colorScheme: "light",
      ...options,
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const viewer = new Viewer(page, base);
    if (options.javaScriptEnabled !== false) {
      await page.exposeFunction("breach", (what: string) => void viewer.faults.push(`policy: ${what}`));
      await page.addInitScript(
        `addEventListener("securitypolicyviolation", (event) => breach(event.violatedDirective + " " + event.blockedURI))`,
      );
    }
    return viewer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }

  /** Goes to a page. @returns The status of its answer */
  async to(path: string): Promise<number> {
    const answer = await this.page.goto(path, { waitUntil: "load" });
    return answer?.status() ?? 0;
  }

  /** Where the viewer is, without the server. */
  get path(): string {
    return this.page.url().replace(this.base, "");
  }

  /** All that the page's content says, in one line. */
  async text(within = "main"): Promise<string> {
    return (await this.page.locator(within).innerText()).replaceAll(/\s+/g, " ");
  }

  /** What an expression has for its value on the page. */
  async value<T>(expression: string): Promise<T> {
    return await this.page.evaluate(expression) as T;
  }

  /** The rules of accessibility that the page breaks, each with the first place. */
  async violations(only?: readonly string[]): Promise<string[]> {
    if (!await this.value("typeof axe === 'object'")) await this.page.evaluate(axe);
    const run = only ? { type: "rule", values: only } : { type: "tag", values: RULES };
    const found = await this.value<Found[]>(
      `axe.run(document, { runOnly: ${JSON.stringify(run)}, resultTypes: ["violations"] })
        .then(({ violations }) => violations.map(({ id, nodes }) =>
          ({ id, number: nodes.length, html: nodes[0].html, why: nodes[0].failureSummary })))`,
    );
    return found.map(({ id, number, html, why }) =>
      `axe: ${id} at ${number} places: ${html.slice(0, 200)}: ${why.replaceAll(/\s+/g, " ").slice(0, 300)}`
    );
  }

  /** By how much the page scrolls sideways, with what sticks out; nothing where it does not. */
  async sideways(): Promise<string[]> {
    const [width, wanted, widest] = await this.value<[number, number, string]>(`(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const out = scrollWidth <= clientWidth ? undefined : [...document.querySelectorAll("main *, header *, footer *, aside *")]
        .filter((each) => !each.parentElement.closest(".scroll"))
        .find((each) => each.getBoundingClientRect().right > clientWidth + 1);
      return [scrollWidth, clientWidth, out?.outerHTML.slice(0, 160) ?? ""];
    })()`);
    return width <= wanted ? [] : [`scrolls sideways: ${width} wide, wanted ${wanted}: ${widest}`];
  }

  /** Where words are squeezed to a letter a line, or stick out of their table's cell. */
  async squeezed(): Promise<string[]> {
    return await this.value(`(() => {
      const range = document.createRange();
      const words = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
      const found = [];
      for (let text = words.nextNode(); text; text = words.nextNode()) {
        const said = text.data.trim();
        const at = text.parentElement;
        if (said.length < 4 || at.closest("svg, textarea, option, dialog:not([open])")) continue;
        range.selectNodeContents(text);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
        if (lines > 2 && lines > said.length / 3) found.push(at.outerHTML.slice(0, 120));
      }
      const cells = [...document.querySelectorAll("main :is(td, th)")]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
        .map(({ outerHTML }) => "sticks out: " + outerHTML.slice(0, 120));
      return [...found.slice(0, 3).map((html) => "squeezed: " + html), ...cells.slice(0, 3)];
    })()`);
  }

  /** The addresses of this server that the page links to, and those of its tables' headers among them. */
  async links(): Promise<{ readonly all: readonly string[]; readonly headers: readonly string[] }> {
    return await this.value(`(() => {
      const of = (selector) => [...document.querySelectorAll(selector)].map((link) => new URL(link.getAttribute("href"), location))
        .filter(({ origin }) => origin === location.origin).map(({ pathname, search }) => pathname + search);
      return { all: of("a[href]"), headers: of("th a[href]") };
    })()`);
  }
}

interface Found {
  readonly id: string;
  readonly number: number;
  readonly html: string;
  readonly why: string;
}
