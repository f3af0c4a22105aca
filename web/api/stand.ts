import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { assetStatusJson, plannedStepJson } from "../../core/mod.ts";
import { problems } from "./problem.ts";
import { Forced, Selection, selectionOf } from "./queries.ts";
import { answer, type ApiEnv, json } from "./route.ts";
import { Plan, Status } from "./schemas.ts";

const status = createRoute({
  method: "get",
  path: "/status",
  summary: "How the assets stand: counts and ranges of states, warnings",
  request: { query: Selection },
  responses: { 200: json("The selected assets.", Status), ...problems(400, 503) },
});

const plan = createRoute({
  method: "get",
  path: "/plan",
  summary: "What materializing would do, with every cause",
  request: { query: Forced },
  responses: { 200: json("The steps, upstream ones first.", Plan), ...problems(400, 503) },
});

/** How the lake stands, and what would be done. */
export function stand(api: OpenAPIHono<ApiEnv>): void {
  api.openapi(status, async (context) => {
    const { lake: { orchestrator, graph }, lookbackDays } = context.var;
    const selection = selectionOf(context.req.valid("query"), graph, lookbackDays);
    const found = await orchestrator.status(selection);
    return answer(context, Status, { assets: found.map((each) => assetStatusJson(graph, each)) });
  });
  api.openapi(plan, async (context) => {
    const { lake: { orchestrator, graph }, lookbackDays } = context.var;
    const steps = await orchestrator.plan(selectionOf(context.req.valid("query"), graph, lookbackDays));
    return answer(context, Plan, { steps: steps.map(plannedStepJson) });
  });
}
