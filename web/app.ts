import { Hono } from "hono";
import { MINUTE, type Vitals } from "../core/mod.ts";
import { api } from "./api/api.ts";
import { EXPOSITION, exposition } from "./exposition.ts";
import { fromHere } from "./from_here.ts";
import { metricsOf } from "./metrics.ts";
import { pages } from "./pages/pages.tsx";
import { files } from "./static.ts";
import type { SafetyEnv, WebOptions } from "./safety/options.ts";

/** A daemon whose loops gave no sign of life for so long is taken for dead. */
const SILENT = MINUTE;

/** What a daemon shows of itself: whether it lives, whether it can work, its metrics, and its lake. It changes nothing. */
export function webApp(vitals: Vitals, _options: WebOptions = {}): Hono<SafetyEnv> {
  const app = new Hono<SafetyEnv>();
  app.get("/healthz", (context) => {
    const { silence } = vitals.pulse;
    if (silence <= SILENT) return context.text("ok\n");
    return context.text(`no sign of life for ${Math.round(silence / 1_000)} s\n`, 503);
  });
  app.get("/readyz", async (context) => {
    const hindrance = await vitals.hindrance();
    return hindrance === undefined ? context.text("ok\n") : context.text(`${hindrance}\n`, 503);
  });
  app.get("/metrics", async (context) => {
    const text = exposition(await metricsOf(vitals));
    return context.body(text, 200, { "content-type": EXPOSITION });
  });
  app.use("/api/*", fromHere);
  app.route("/api", api(vitals));
  app.get("/static/:name", (context) => files.serve(context) ?? context.text("no such file\n", 404));
  app.use(fromHere);
  app.route("/", pages(vitals));
  return app;
}
