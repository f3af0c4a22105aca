import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  type AutomationStatus,
  automationStatusJson,
  episodeJson,
  recentEpisodes,
  RequestError,
  setPaused,
  tickJson,
  verdictJson,
} from "../../core/mod.ts";
import type { Context } from "hono";
import { body } from "./bodies.ts";
import { answer, type ApiEnv, json } from "./route.ts";
import { problem, problems } from "./problem.ts";
import { limit, positive } from "./queries.ts";
import { Alerts, AutomationStatuses, Paused, Ticks, Verdict } from "./schemas.ts";

const schedules = createRoute({
  method: "get",
  path: "/schedules",
  summary: "What is asked for at times: when next, and how it went last",
  responses: { 200: json("The schedules.", AutomationStatuses), ...problems(503) },
});

const sensors = createRoute({
  method: "get",
  path: "/sensors",
  summary: "What looks by itself whether there is something to ask for, and the conditions of assets",
  responses: { 200: json("The sensors.", AutomationStatuses), ...problems(503) },
});

const ticks = createRoute({
  method: "get",
  path: "/ticks/{name}",
  summary: "The history of a schedule, of a sensor or of automation, the newest tick first",
  request: {
    params: z.object({ name: z.string().openapi({ description: "With `/` written as `%2F`." }) }),
    query: z.strictObject({
      limit: limit.default(20),
      before: positive.optional().openapi({ description: "They have a lesser number: the next page." }),
    }),
  },
  responses: { 200: json("The ticks.", Ticks), ...problems(400, 404, 503) },
});

const verdict = createRoute({
  method: "get",
  path: "/automation/{group}/{name}",
  summary: "Why an asset or a partition would be asked for by itself, or why not",
  request: {
    params: z.object({ group: z.string(), name: z.string() }),
    query: z.strictObject({
      partition: z.string().optional().openapi({ description: "Its key. Default: all of them." }),
      limit: z.coerce.number().int().min(0).max(500).default(3).openapi({
        description: "How many of the kept evaluations are told.",
      }),
    }),
  },
  responses: { 200: json("As things stand.", Verdict), ...problems(400, 404, 503) },
});

const pause = createRoute({
  method: "post",
  path: "/pauses",
  summary: "Lets a schedule, a sensor or automation ask for nothing, or ask again",
  request: {
    body: body(
      z.strictObject({ name: z.string().min(1).max(1_000), paused: z.boolean() }).openapi("PauseBody"),
    ),
  },
  responses: { 200: json("How it is now.", Paused), ...problems(400, 403, 404, 503) },
});

const alerts = createRoute({
  method: "get",
  path: "/alerts",
  summary: "What people were told of, and what came of each message",
  request: {
    query: z.strictObject({
      all: z.enum(["true", "false"]).optional().openapi({
        description: "Older ones, too. Default: those that go on, and those that ended within a week.",
      }),
      limit,
    }),
  },
  responses: { 200: json("The episodes, the newest first.", Alerts), ...problems(400, 503) },
});

/** What asks for runs by itself, and what people are told of. */
export function automation(api: OpenAPIHono<ApiEnv>): void {
  api.openapi(schedules, async (context) => {
    const found = (await statusesIn(context)).filter(({ kind }) => kind === "schedule");
    return answer(context, AutomationStatuses, found.map(automationStatusJson));
  });
  api.openapi(sensors, async (context) => {
    const found = (await statusesIn(context)).filter(({ kind }) => kind !== "schedule");
    return answer(context, AutomationStatuses, found.map(automationStatusJson));
  });
  api.openapi(ticks, async (context) => {
    const { name } = context.req.valid("param");
    if (!await isKnown(context, name)) return problem(context, 404, unknown(name));
    const { limit, before } = context.req.valid("query");
    const page = { limit, ...(before !== undefined && { before }) };
    const found = await context.var.lake.state.ticks(name, page);
    return answer(context, Ticks, found.map(tickJson));
  });
  api.openapi(verdict, async (context) => {
    const { graph, orchestrator } = context.var.lake;
    const { group, name } = context.req.valid("param");
    const { partition = null, limit } = context.req.valid("query");
    const key = `${group}/${name}`;
    if (!graph.byKey.has(key)) {
      return problem(context, 404, `looking for asset "${key}": found none, wanted one of the graph`);
    }
    try {
      const found = await orchestrator.automation(key, partition);
      const kept = await orchestrator.evaluations(key, found.partition, limit);
      return answer(context, Verdict, verdictJson(found, kept));
    } catch (error) {
      if (error instanceof RequestError) return problem(context, 404, error.message);
      throw error;
    }
  });
  api.openapi(pause, async (context) => {
    const { state, orchestrator } = context.var.lake;
    const { name, paused } = context.req.valid("json");
    if (!await isKnown(context, name)) return problem(context, 404, unknown(name));
    const changed = await setPaused(state.keyValue, name, { paused, at: orchestrator.now });
    return answer(context, Paused, { name, paused, changed });
  });
  api.openapi(alerts, async (context) => {
    const { state, orchestrator } = context.var.lake;
    const { all, limit } = context.req.valid("query");
    const found = await state.alerts.episodes(limit, all === "true" ? {} : recentEpisodes(orchestrator.now));
    return answer(context, Alerts, found.map(episodeJson));
  });
}

async function statusesIn({ var: { lake } }: Context<ApiEnv>): Promise<AutomationStatus[]> {
  const declaredAutomations = await lake.declaredAutomations?.() ?? { schedules: [], sensors: [] };
  return await lake.orchestrator.automations(declaredAutomations);
}

async function isKnown(context: Context<ApiEnv>, name: string): Promise<boolean> {
  return (await statusesIn(context)).some((each) => each.name === name);
}

function unknown(name: string): string {
  return `looking for "${name}": found no schedule or sensor of that name, ` +
    "wanted one of `/api/schedules` or `/api/sensors`";
}
