import { Hono } from "hono";
import { MINUTE, type Vitals } from "../core/mod.ts";
import { api } from "./api/api.ts";
import { EXPOSITION, exposition } from "./exposition.ts";
import { metricsOf } from "./metrics.ts";
import type { SafetyEnv, WebOptions } from "./safety/options.ts";
import { makeSafe } from "./safety/safe.ts";

/** A daemon whose loops gave no sign of life for so long is taken for dead. */
const SILENT = MINUTE;

/** What a daemon shows of itself: whether it lives, whether it can work, its metrics, and its lake. It changes nothing. */
export function webApp(vitals: Vitals, options: WebOptions = {}): Hono<SafetyEnv> {
  const app = new Hono<SafetyEnv>();
  makeSafe(app, vitals, options);
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
  app.route("/api", api(vitals));
  app.notFound((context) =>
    context.text("found no such page, wanted /healthz, /readyz, /metrics or /api/openapi.json\n", 404)
  );
  app.onError((error, context) => context.text(`${error.message}\n`, 500));
  return app;
}
