import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { BusyError, DamageError, RequestError, type Tables, type Vitals } from "../../core/mod.ts";
import { CachedRows } from "../cached_rows.ts";
import { type Pages, show } from "../page.tsx";
import { Empty, Title } from "../parts/small.tsx";
import { ownPath } from "../safety/sign_in.tsx";
import { COOKIES, type PageEnv, viewOf } from "../view/view.ts";
import { LANGUAGES, words } from "../view/language.ts";
import { acts } from "./acts/acts.tsx";
import { audit } from "./audit/page.tsx";
import { automation } from "./automation/page.tsx";
import { backfillAct } from "./acts/backfill.tsx";
import { alerts } from "./alerts/page.tsx";
import { air } from "./air/page.tsx";
import { asset } from "./asset/page.tsx";
import { assets } from "./assets/page.tsx";
import { backfills } from "./backfills/page.tsx";
import { checks } from "./checks/page.tsx";
import { data } from "./data/page.tsx";
import { design } from "./design.tsx";
import { lineage } from "./lineage/page.tsx";
import { partition } from "./partition/page.tsx";
import { partitionRows } from "./partition/rows.tsx";
import { overview } from "./overview/page.tsx";
import { run } from "./run/page.tsx";
import { runs } from "./runs/page.tsx";
import { promotion } from "./promotion/page.tsx";
import { sql } from "./sql/page.tsx";

/** A year, in seconds. */
const YEAR = 31_536_000;

const text = words({
  opening: "The lake is not open",
  openingHint: "This page looks again every few seconds.",
  none: "There is no such page",
  noneHint: (path: string) => `${path} leads nowhere.`,
  home: "To the overview",
  wrong: "This cannot be meant",
  failed: "The page could not be made",
}, {
  opening: "Hồ dữ liệu chưa mở",
  openingHint: "Trang này tự xem lại sau vài giây.",
  none: "Không có trang này",
  noneHint: (path) => `${path} không dẫn đến đâu.`,
  home: "Về trang tổng quan",
  wrong: "Yêu cầu không hợp lệ",
  failed: "Không dựng được trang",
});

/** The pages on which a lake is understood and steered. */
export function pages(vitals: Vitals, tables: Tables | undefined): Pages {
  const { lake: open, lookbackDays, process, pulse } = vitals;
  const app = new Hono<PageEnv>();
  const cached = tables && new CachedRows(tables);
  app.use(async (context, next) => {
    const operates = context.var.role === "operate";
    const notices = [...vitals.about ?? [], ...await vitals.notices?.().catch(() => []) ?? []];
    context.set(
      "view",
      viewOf(context, {
        now: process.now(),
        speed: process.speed,
        notices,
        operates,
        csrf: context.var.csrf,
      }),
    );
    context.set("lookbackDays", lookbackDays);
    context.set("machineNow", pulse.now);
    context.set("tables", tables);
    context.set("cached", cached);
    await next();
  });
  app.post("/preferences", async (context) => {
    const form = await context.req.formData();
    const keep = (name: string, allowed: readonly string[]) => {
      const value = String(form.get(name) ?? "");
      if (allowed.includes(value)) {
        setCookie(context, name, value, { path: "/", maxAge: YEAR, sameSite: "Strict", httpOnly: true });
      }
    };
    keep(COOKIES.zone, ["utc", "own"]);
    keep(COOKIES.language, LANGUAGES);
    return context.redirect(ownPath(form.get("back")), 303);
  });
  design(app);
  app.use(async (context, next) => {
    const lake = open();
    if (lake !== undefined) {
      context.set("lake", lake);
      return await next();
    }
    const t = context.var.view.in(text);
    const why = await vitals.hindrance();
    context.header("retry-after", "5");
    context.header("refresh", "5");
    return await show(
      context,
      { title: t.opening, live: false, status: 503 },
      <Empty whole title={t.opening}>
        {why === undefined ? null : <p lang="en">{why}</p>}
        <p class="quiet">{t.openingHint}</p>
      </Empty>,
    );
  });
  overview(app);
  lineage(app);
  checks(app);
  assets(app);
  asset(app);
  partition(app);
  partitionRows(app);
  runs(app);
  run(app);
  automation(app);
  audit(app);
  backfills(app);
  alerts(app);
  acts(app);
  backfillAct(app);
  air(app);
  data(app);
  sql(app);
  promotion(app);
  app.all("*", (context) => {
    const t = context.var.view.in(text);
    return show(
      context,
      { title: t.none, live: false, status: 404 },
      <Empty whole title={t.none}>
        <p>{t.noneHint(context.req.path)}</p>
        <a class="button" href="/">{t.home}</a>
      </Empty>,
    );
  });
  app.onError((error, context) => {
    const t = context.var.view.in(text);
    const isWrong = error instanceof RequestError;
    const isOfTables = error instanceof BusyError || error instanceof DamageError;
    if (!isWrong && !isOfTables) context.var.broke(error.message);
    return show(
      context,
      { title: isWrong ? t.wrong : t.failed, live: false, status: isWrong ? 400 : isOfTables ? 503 : 500 },
      [<Title title={isWrong ? t.wrong : t.failed} />, <p class="notice bad" lang="en">{error.message}</p>],
    );
  });
  return app;
}
