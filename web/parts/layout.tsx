import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { files } from "../static.ts";
import { AGES } from "./small.tsx";
import { words } from "../view/language.ts";
import { UNITS } from "../view/format.ts";
import type { View } from "../view/view.ts";

const text = words({
  skip: "Skip to the content",
  nav: "Pages",
  lost: "The server gives no new answer: what is shown is of before. This page goes on looking for it.",
  view: "Zone and language",
  times: (zone: string) => `Times in ${zone}`,
  utc: "UTC",
  own: "Here",
  overview: "Overview",
  lineage: "Lineage",
  assets: "Assets",
  runs: "Runs",
  backfills: "Backfills",
  automation: "Automation",
  checks: "Checks",
  alerts: "Alerts",
  promotion: "Promotion",
  data: "Data",
  sql: "SQL",
  air: "Air",
  design: "Design",
}, {
  skip: "Đến nội dung chính",
  nav: "Các trang",
  lost: "Máy chủ không có trả lời mới: nội dung là của lúc trước. Trang này vẫn tiếp tục thử lại.",
  view: "Múi giờ và ngôn ngữ",
  times: (zone) => `Giờ theo ${zone}`,
  utc: "UTC",
  own: "Tại đây",
  overview: "Tổng quan",
  lineage: "Dòng dữ liệu",
  assets: "Tài sản",
  runs: "Lượt chạy",
  backfills: "Chạy bù",
  automation: "Tự động",
  checks: "Kiểm tra",
  alerts: "Cảnh báo",
  promotion: "Đưa lên prod",
  data: "Dữ liệu",
  sql: "SQL",
  air: "Không khí",
  design: "Thiết kế",
});

/** The pages that the rail leads to; those behind a gap begin another group. */
const RAIL = [
  { name: "overview", path: "/" },
  { name: "air", path: "/air" },
  { name: "lineage", path: "/lineage", apart: true },
  { name: "assets", path: "/assets" },
  { name: "checks", path: "/checks" },
  { name: "promotion", path: "/promotion" },
  { name: "runs", path: "/runs", apart: true },
  { name: "backfills", path: "/backfills" },
  { name: "automation", path: "/automation" },
  { name: "alerts", path: "/alerts" },
  { name: "data", path: "/data", apart: true },
  { name: "sql", path: "/sql" },
] as const;

export interface LayoutProps {
  readonly view: View;
  readonly title: string;
  /** Scripts beside those that every page has, by their names in `web/browser`. */
  readonly scripts?: readonly string[];
  /** Style sheets beside the one of every page. */
  readonly styles?: readonly string[];
  /** Whether parts of it follow the lake: those with `data-live`. @default true */
  readonly live?: boolean;
  /** Whether it takes all of a wide screen. @default false */
  readonly wide?: boolean;
  readonly children?: Child;
}

/** A whole page. */
export function Layout(
  { view, title, scripts = [], styles = [], live = true, wide = false, children }: LayoutProps,
) {
  const t = view.in(text);
  return (
    <>
      {raw("<!DOCTYPE html>")}
      <html lang={view.language}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{`${title} · Airgraph`}</title>
          <link rel="icon" type="image/svg+xml" href={files.url("mark.svg")} />
          {["page.css", ...styles].map((name) => <link rel="stylesheet" href={files.url(name)} />)}
          {["page.js", ...scripts].map((name) => <script type="module" src={files.url(name)}></script>)}
        </head>
        <body {...(live && { "data-follows": "/api/live" })}>
          <a class="skip" href="#content">{t.skip}</a>
          <div class="frame">
            <header class="rail">
              <a class="mark" href="/">
                <Mark />
                Airgraph
              </a>
              <nav aria-label={t.nav}>
                <ul>
                  {RAIL.map(({ name, path, ...rest }) => (
                    <li class={"apart" in rest ? "apart" : ""}>
                      <a href={path} {...(isAt(view, path) && { "aria-current": "page" })}>{t[name]}</a>
                    </li>
                  ))}
                </ul>
              </nav>
            </header>
            <div class="page">
              <Head view={view} />
              <Notices view={view} />
              <main id="content" class={wide ? "wide" : ""} tabindex={-1}>{children}</main>
              <footer class="foot">
                <a href="/api/openapi.json">OpenAPI</a>
                <a href="/metrics">Prometheus</a>
                <a href="/design">{t.design}</a>
              </footer>
            </div>
          </div>
        </body>
      </html>
    </>
  );
}

/** Lines that head every page. */
function Notices({ view }: { view: View }) {
  return (
    <div role="status">
      <p class="notice bad band" data-lost hidden>{view.in(text).lost}</p>
      <div data-live="notices">{view.notices.map((line) => <p class="notice band" lang="en">{line}</p>)}</div>
    </div>
  );
}

/** What holds for every page: the zone of times, and the language. */
function Head({ view }: { view: View }) {
  const t = view.in(text);
  const back = view.url.pathname + view.url.search;
  const { ago, in: ahead, due } = view.in(AGES);
  const ages = {
    ago: ago("{}"),
    in: ahead("{}"),
    due,
    units: view.in(UNITS),
    zone: view.zone,
    speed: view.speed,
  };
  const choice = (name: string, value: string, label: string, isChosen: boolean) => (
    <button class="plain" type="submit" name={name} value={value} aria-pressed={isChosen ? "true" : "false"}>
      {label}
    </button>
  );
  return (
    <aside class="head" aria-label={t.view}>
      <span class="lake" data-live="head" data-now={view.now} data-ages={JSON.stringify(ages)}>
        {t.times(view.zone)}: <time>{view.format.time(view.now)}</time>
      </span>
      <form method="post" action="/preferences">
        <input type="hidden" name="back" value={back} />
        <input type="hidden" name="csrf" value={view.csrf} />
        {choice("zone", "utc", t.utc, view.zone === "UTC")}
        {view.ownZone === undefined || view.ownZone === "UTC"
          ? null
          : choice("zone", "own", t.own, view.zone === view.ownZone)}
        {choice("language", "en", "English", view.language === "en")}
        {choice("language", "vi", "Tiếng Việt", view.language === "vi")}
      </form>
    </aside>
  );
}

/** Airgraph's mark: three assets and what flows between them. */
function Mark() {
  return (
    <svg viewBox="0 0 28 28" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.5">
      <path d="M3 8c5-5 8 4 13 0s6-3 9-1" />
      <path d="M3 15c5-5 8 4 13 0s6-3 9-1" />
      <path d="M3 22c5-5 8 4 13 0s6-3 9-1" />
    </svg>
  );
}

function isAt({ url: { pathname } }: View, path: string): boolean {
  return path === "/" ? pathname === "/" : pathname === path || pathname.startsWith(`${path}/`);
}
