import { OpenAPIHono } from "@hono/zod-openapi";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import type { Vitals } from "../../core/mod.ts";
import { BusyError, DamageError, SECOND, WrongUseError } from "../../core/mod.ts";
import { acts } from "./acts.ts";
import { automation } from "./automation.ts";
import { backfills } from "./backfills.ts";
import { assets } from "./assets.ts";
import { described } from "./described.ts";
import { events } from "./events.ts";
import { foreignOrigin, methodsOf } from "./asked.ts";
import { problem } from "./problem.ts";
import type { ApiEnv } from "./route.ts";
import { runs } from "./runs.ts";
import { stand } from "./stand.ts";
import { tables } from "./tables.ts";

const INFO = {
  title: "Airgraph",
  version: "1",
  description:
    "How the lake stands, why, what happened to it, and what is asked of it. Problems are answered as RFC 9457 has them.",
};

/** What the API is told of. */
export type ApiVitals = Pick<Vitals, "lake" | "lookbackDays"> & Partial<Pick<Vitals, "pulse" | "tables">>;

/** The API over a lake that a process has open: JSON, described by OpenAPI 3.1. It queues runs, and executes none. */
export function api(vitals: ApiVitals, asked = vitals.tables): OpenAPIHono<ApiEnv> {
  const { lake: open, lookbackDays, pulse } = vitals;
  const api = new OpenAPIHono<ApiEnv>({
    defaultHook(result, context) {
      if (result.success) return;
      const [{ path, message }] = result.error.issues as [typeof result.error.issues[number]];
      return problem(
        context,
        400,
        `reading ${path.length === 0 ? "the request" : `"${path.join(".")}"`}: ${message}`,
      );
    },
  });
  api.use("/openapi.json", etag());
  api.get("/openapi.json", (context) =>
    context.json(
      described(api.getOpenAPI31Document({ openapi: "3.1.0", info: INFO, servers: [{ url: "/api" }] })),
    ));
  api.use(async (context, next) => {
    const foreign = foreignOrigin(context.req.raw);
    if (foreign !== undefined) {
      return problem(context, 403, `found the origin "${foreign}", wanted one's own`);
    }
    const lake = open();
    if (lake === undefined) {
      return problem(context, 503, "the lake is being opened, wanted it open: try again");
    }
    context.set("lake", lake);
    context.set("lookbackDays", lookbackDays);
    context.set("tables", asked);
    context.set("now", pulse?.now ?? lake.orchestrator.now);
    await next();
  });
  // An answer goes by time and by what is at work, too: its content alone says whether it is the same.
  for (const path of ["/status", "/plan", "/assets", "/assets/*", "/tables"]) {
    api.use(path, etag());
  }
  stand(api);
  assets(api);
  runs(api);
  events(api);
  acts(api);
  backfills(api);
  automation(api);
  tables(api);
  const methods = methodsOf(api);
  api.all("*", (context) => {
    const { method, path } = context.req;
    const known = methods(path.replace(/^\/api(?=\/)/, ""));
    if (known.length === 0) {
      return problem(context, 404, `found no ${path}, wanted one of /api/openapi.json`);
    }
    context.header("allow", known.join(", "));
    return problem(context, 405, `found ${method}, wanted ${known.join(" or ")}`);
  });
  api.onError((error, context) => {
    if (error instanceof BusyError) {
      context.header("retry-after", String(Math.ceil(error.after / SECOND)));
      return problem(context, 503, error.message);
    }
    if (error instanceof DamageError) return problem(context, 503, error.message);
    const isWrong = error instanceof WrongUseError || error instanceof HTTPException && error.status < 500;
    return problem(context, isWrong ? 400 : 500, error.message);
  });
  return api;
}
