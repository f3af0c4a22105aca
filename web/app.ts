import { Hono } from "hono";
import { compress } from "hono/compress";
import { trimTrailingSlash } from "hono/trailing-slash";
import { MINUTE, type Vitals } from "../core/mod.ts";
import { api } from "./api/api.ts";
import { damageSeen } from "./damage_seen.ts";
import { EXPOSITION, exposition } from "./exposition.ts";
import { metricsOf } from "./metrics.ts";
import { pages } from "./pages/pages.tsx";
import { files } from "./static.ts";
import type { SafetyEnv, WebOptions } from "./safety/options.ts";
import { makeSafe } from "./safety/safe.ts";

/** A daemon whose loops gave no sign of life for so long is taken for dead. */
const SILENT = MINUTE;

/** What is served: whether the process lives and can work, its metrics, the API, and the pages. */
export function webApp(vitals: Vitals, options: WebOptions = {}): Hono<SafetyEnv> {
  const app = new Hono<SafetyEnv>();
  // What is told as it happens goes out at once: event streams are left as they are.
  app.use(compress());
  makeSafe(app, vitals, options);
  serve(app, vitals);
  return app;
}

/** Adds all that is served to an app that is safe. */
export function serve(app: Hono<SafetyEnv>, vitals: Vitals): void {
  const tables = vitals.tables && damageSeen(vitals.tables, vitals.lake);
  app.use(trimTrailingSlash());
  app.get("/healthz", (context) => {
    const { silence } = vitals.pulse;
    if (silence <= SILENT) return context.text("ok\n");
    return context.text(`no sign of life for ${Math.round(silence / 1_000)} s\n`, 503);
  });
  app.get("/readyz", async (context) => {
    const hindrance = await vitals.hindrance();
    const isAdmitted = context.var.role !== undefined;
    if (hindrance !== undefined) return context.text(`${isAdmitted ? hindrance : "not ready"}\n`, 503);
    const notices = isAdmitted ? await vitals.notices?.() ?? [] : [];
    return context.text(["ok", ...notices].map((line) => `${line}\n`).join(""));
  });
  app.get("/metrics", async (context) => {
    const text = exposition(await metricsOf(vitals));
    return context.body(text, 200, { "content-type": EXPOSITION });
  });
  app.route("/api", api(vitals, tables));
  app.get("/static/:name", (context) => files.serve(context) ?? context.text("no such file\n", 404));
  app.route("/", pages(vitals, tables));
  app.onError((error, context) => context.text(`${error.message}\n`, 500));
}
