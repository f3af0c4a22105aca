import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type AssetKey, cancelRun, handsOf, previewJson, runJson, worksOf } from "../../core/mod.ts";
import type { Context } from "hono";
import { audit, cameOf } from "../safety/audit.ts";
import { actOf, body, RunBody } from "./bodies.ts";
import { answer, type ApiEnv, json } from "./route.ts";
import { problem, problems } from "./problem.ts";
import { noRun, RunId } from "./queries.ts";
import { Asked, Cancelled, Preview, Retried } from "./schemas.ts";

const preview = createRoute({
  method: "post",
  path: "/preview",
  summary: "What a run would do, before anybody asks for it",
  request: { body: body(RunBody) },
  responses: { 200: json("How it would go as things stand.", Preview), ...problems(400, 403, 503) },
});

const request = createRoute({
  method: "post",
  path: "/runs",
  summary: "Queues a run",
  request: { body: body(RunBody) },
  responses: {
    201: {
      ...json("The run, queued.", Asked),
      headers: z.object({ location: z.string().openapi({ description: "Where the run is told of." }) }),
    },
    200: json("The run that was asked for by this key before.", Asked),
    ...problems(400, 403, 503),
  },
});

const cancel = createRoute({
  method: "post",
  path: "/runs/{id}/cancel",
  summary: "Cancels a run that is queued, or asks for the end of one at work",
  request: { params: RunId },
  responses: { 200: json("How it stands.", Cancelled), ...problems(400, 403, 404, 409, 503) },
});

const retry = createRoute({
  method: "post",
  path: "/runs/{id}/retry",
  summary: "Queues what a run failed at or did not reach",
  request: { params: RunId },
  responses: {
    201: json("The run that goes on with it.", Retried),
    200: json("Why there is nothing to go on with, or the run that does so already.", Retried),
    ...problems(400, 403, 404, 503),
  },
});

/** Acts: each is previewed, or queued; none is executed here. */
export function acts(api: OpenAPIHono<ApiEnv>): void {
  api.openapi(preview, async (context) => {
    const { lake, lookbackDays } = context.var;
    const asked = actOf(context.req.valid("json"), lake.graph, lookbackDays);
    const found = await lake.orchestrator.preview(asked, {
      leastSeconds: lake.leastSeconds?.bind(lake),
      signal: context.req.raw.signal,
    });
    return answer(context, Preview, previewJson(found));
  });
  api.openapi(request, async (context) => {
    const { lake: { orchestrator, graph, state }, lookbackDays } = context.var;
    const { command, ...asked } = context.req.valid("json");
    const { run: id, isNew } = await orchestrator.request(actOf({ command, ...asked }, graph, lookbackDays));
    const given = Object.entries(asked).filter((each): each is [string, string | boolean | string[]] =>
      each[1] !== undefined
    );
    await audit(context, command, { run: id, ...Object.fromEntries(given) });
    const { run } = (await state.run(id))!;
    const headers: Record<string, string> = isNew ? { location: `/api/runs/${id}` } : {};
    const told = { ...runJson(run), ...await workerOf(context, worksOf([run.request.ranges])) };
    return answer(context, Asked, told, { status: isNew ? 201 : 200, headers });
  });
  api.openapi(cancel, async (context) => {
    const { state, orchestrator } = context.var.lake;
    const { id } = context.req.valid("param");
    const turned = await cancelRun(state, id, orchestrator.now);
    if (turned === undefined) return problem(context, 404, noRun(id));
    if ("ended" in turned) {
      const detail = `cancelling run ${id}: found it ${turned.ended}, wanted one that is queued or running`;
      await audit(context, "cancel", { run: id }, cameOf(turned));
      return problem(context, 409, detail);
    }
    await audit(context, "cancel", { run: id });
    return answer(context, Cancelled, { run: id, status: turned.status });
  });
  api.openapi(retry, async (context) => {
    const { state, orchestrator } = context.var.lake;
    const { id: parent } = context.req.valid("param");
    if (await state.run(parent) === undefined) return problem(context, 404, noRun(parent));
    const retried = await orchestrator.retry(parent);
    if ("nothing" in retried) {
      const { nothing: reason } = retried;
      await audit(context, "retry", { run: parent }, { outcome: "refused", message: reason });
      const told = { run: null, parent, status: "nothing_to_do" as const, reason };
      return answer(context, Retried, { ...told, waitsForWorker: false, notes: [] });
    }
    const { run, isNew } = retried;
    await audit(context, "retry", { run: parent, by: run });
    const { status, request } = (await state.run(run))!.run;
    const told = { run, parent, status, ...await workerOf(context, worksOf([request.ranges])) };
    return answer(context, Retried, told, { status: isNew ? 201 : 200 });
  });
}

/** Whether anybody takes what is queued, and lines on who does not. */
export async function workerOf(
  { var: { lake: { state }, now } }: Context<ApiEnv>,
  works: readonly (readonly AssetKey[])[],
) {
  const { waits, lines } = await handsOf(state, now, works);
  return { waitsForWorker: waits, notes: lines };
}
