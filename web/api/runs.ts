import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  errorsOf,
  keysOf,
  logJson,
  runJson,
  type RunRecord,
  runsJson,
  stepJson,
  waitingIn,
} from "../../core/mod.ts";
import { problem, problems } from "./problem.ts";
import { counting, limit, noRun, positive, RunId } from "./queries.ts";
import { answer, type ApiEnv, json } from "./route.ts";
import { Logs, RunDetail, Runs, RunStatus } from "./schemas.ts";

const list = createRoute({
  method: "get",
  path: "/runs",
  summary: "Runs, newest first, and what those hold that hold something",
  request: {
    query: z.strictObject({
      limit,
      status: RunStatus.optional(),
      asset: z.string().optional().openapi({
        description: "Its partitions are among those that they cover.",
      }),
      parent: positive.optional(),
      before: positive.optional().openapi({ description: "They have a lesser number: the next page." }),
    }),
  },
  responses: { 200: json("The runs.", Runs), ...problems(400, 503) },
});

const one = createRoute({
  method: "get",
  path: "/runs/{id}",
  summary: "One run with its steps",
  request: { params: RunId },
  responses: { 200: json("The run.", RunDetail), ...problems(400, 404, 503) },
});

const logs = createRoute({
  method: "get",
  path: "/runs/{id}/logs",
  summary: "What a run's steps logged",
  request: {
    params: RunId,
    query: z.strictObject({
      after: counting.optional().openapi({ description: "The line behind which to read on." }),
      step: positive.optional(),
      limit,
    }),
  },
  responses: {
    200: json("Lines, in the order in which they were written.", Logs),
    ...problems(400, 404, 503),
  },
});

/** The history of runs. */
export function runs(api: OpenAPIHono<ApiEnv>): void {
  api.openapi(list, async (context) => {
    const { state } = context.var.lake;
    const { limit, status, ...filter } = context.req.valid("query");
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    const found = await state.runs(limit, { ...given, ...(status && { statuses: [status] }) });
    const listed = new Set(found.map(({ id }) => id));
    const holdings = (await state.holdings()).filter(({ run }) => listed.has(run));
    const waiting = await waitingOf(context, found);
    return answer(context, Runs, await runsJson(state, found, { holdings, waiting }));
  });
  api.openapi(one, async (context) => {
    const { state } = context.var.lake;
    const { id } = context.req.valid("param");
    const found = await state.run(id);
    if (found === undefined) return problem(context, 404, noRun(id));
    const keys = await keysOf(state);
    const steps = found.steps.map((step) => stepJson(step, keys));
    const waits = (await waitingOf(context, [found.run])).get(id);
    return answer(context, RunDetail, { run: runJson(found.run, waits), errors: errorsOf(found.run), steps });
  });
  api.openapi(logs, async (context) => {
    const { state } = context.var.lake;
    const { id } = context.req.valid("param");
    const { after = 0, step, limit } = context.req.valid("query");
    if (await state.run(id) === undefined) return problem(context, 404, noRun(id));
    const lines = await state.logs(id, { after, limit, ...(step !== undefined && { step }) });
    return answer(context, Logs, lines.map((line) => ({ line: line.line, ...logJson(line) })));
  });
}

/** What runs wait for that do, by their numbers. */
async function waitingOf(context: Context<ApiEnv>, found: readonly RunRecord[]) {
  const { state, graph, orchestrator } = context.var.lake;
  return await waitingIn(state, found, { graph: () => Promise.resolve(graph), now: orchestrator.now });
}
