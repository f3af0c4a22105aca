import { OpenAPIHono } from "@hono/zod-openapi";
import type { Vitals } from "../../core/mod.ts";
import { WrongUseError } from "../../core/mod.ts";
import { assets } from "./assets.ts";
import { events } from "./events.ts";
import { problem } from "./problem.ts";
import type { ApiEnv } from "./route.ts";
import { runs } from "./runs.ts";
import { stand } from "./stand.ts";

const INFO = {
  title: "Airgraph",
  version: "1",
  description:
    "How the lake stands, why, and what happened to it. Problems are answered as RFC 9457 has them.",
};

/** The API over a lake that a process has open: JSON, described by OpenAPI 3.1. It changes nothing. */
export function api(
  { lake: open, lookbackDays }: Pick<Vitals, "lake" | "lookbackDays">,
): OpenAPIHono<ApiEnv> {
  const api = new OpenAPIHono<ApiEnv>({
    defaultHook(result, context) {
      if (result.success) return;
      const [{ path, message }] = result.error.issues as [typeof result.error.issues[number]];
      return problem(context, 400, `reading "${path.join(".")}": ${message}`);
    },
  });
  api.doc31("/openapi.json", { openapi: "3.1.0", info: INFO, servers: [{ url: "/api" }] });
  api.use(async (context, next) => {
    const { method } = context.req;
    if (method !== "GET" && method !== "HEAD") {
      context.header("allow", "GET, HEAD");
      return problem(context, 405, `found ${method}, wanted GET: the API changes nothing`);
    }
    const lake = open();
    if (lake === undefined) {
      return problem(context, 503, "the lake is being opened, wanted it open: try again");
    }
    context.set("lake", lake);
    context.set("lookbackDays", lookbackDays);
    await next();
  });
  stand(api);
  assets(api);
  runs(api);
  events(api);
  api.all(
    "*",
    (context) => problem(context, 404, `found no ${context.req.path}, wanted one of /api/openapi.json`),
  );
  api.onError((error, context) =>
    error instanceof WrongUseError
      ? problem(context, 400, error.message)
      : problem(context, 500, error.message)
  );
  return api;
}
