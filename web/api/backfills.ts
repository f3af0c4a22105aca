import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  BACKFILL_TURNS,
  backfillJson,
  type BackfillTurn,
  type PlannedBackfill,
  plannedBackfillJson,
  turnBackfill,
  worksOfBackfills,
} from "../../core/mod.ts";
import type { Context } from "hono";
import { workerOf } from "./acts.ts";
import { BackfillBody, backfillOf, body } from "./bodies.ts";
import { audit, cameOf } from "../safety/audit.ts";
import { answer, type ApiEnv, json } from "./route.ts";
import { problem, problems } from "./problem.ts";
import { positive } from "./queries.ts";
import { BackfillPreview, Backfills, BegunBackfill, TurnedBackfill } from "./schemas.ts";

const list = createRoute({
  method: "get",
  path: "/backfills",
  summary: "How far backfills are, the newest first",
  responses: { 200: json("The backfills.", Backfills), ...problems(503) },
});

const preview = createRoute({
  method: "post",
  path: "/backfills/preview",
  summary: "What a backfill would do, before anybody asks for it",
  request: { body: body(BackfillBody) },
  responses: { 200: json("How it would go as things stand.", BackfillPreview), ...problems(400, 403, 503) },
});

const begin = createRoute({
  method: "post",
  path: "/backfills",
  summary: "Makes partitions of the past bit by bit, beside what is more urgent",
  request: { body: body(BackfillBody) },
  responses: {
    201: json("The backfill, stored.", BegunBackfill),
    200: json("Nothing is to be made: no backfill was stored.", BegunBackfill),
    ...problems(400, 403, 503),
  },
});

const turn = createRoute({
  method: "post",
  path: "/backfills/{id}/{turn}",
  summary: "Pauses a backfill, lets it go on, or cancels it",
  request: {
    params: z.object({
      id: positive,
      turn: z.enum(Object.keys(BACKFILL_TURNS) as [BackfillTurn, ...BackfillTurn[]]),
    }),
  },
  responses: { 200: json("How it stands.", TurnedBackfill), ...problems(400, 403, 404, 409, 503) },
});

/** The partitions of the past, and how far they are. */
export function backfills(api: OpenAPIHono<ApiEnv>): void {
  api.openapi(list, async (context) => {
    const found = await context.var.lake.orchestrator.backfills();
    return answer(context, Backfills, found.map(backfillJson));
  });
  api.openapi(preview, async (context) => {
    const planned = await plannedIn(context, context.req.valid("json"));
    const { partitions, assets, batches, requests, leastSeconds, blocked, untold } = planned;
    const warnings = untold === undefined ? [] : [`the requests cannot be told: ${untold}`];
    const told = { partitions, assets, batches, requests, leastSeconds, blocked, warnings };
    return answer(context, BackfillPreview, told);
  });
  api.openapi(begin, async (context) => {
    const planned = await plannedIn(context, context.req.valid("json"));
    const id = planned.partitions === 0 ? null : await planned.begin();
    if (id !== null) await audit(context, "backfill", { backfill: id });
    const worker = id === null
      ? { waitsForWorker: false, notes: [] }
      : await workerOf(context, await worksOfBackfills(context.var.lake.state, [id]));
    const told = { ...plannedBackfillJson(id, planned), ...worker };
    return answer(context, BegunBackfill, told, { status: id === null ? 200 : 201 });
  });
  api.openapi(turn, async (context) => {
    const { state, orchestrator } = context.var.lake;
    const { id, turn } = context.req.valid("param");
    const turned = await turnBackfill(state, id, turn, orchestrator.now);
    if (turned === undefined) {
      return problem(
        context,
        404,
        `looking for backfill ${id}: found none, wanted one of \`/api/backfills\``,
      );
    }
    if ("ended" in turned) {
      const detail =
        `turning backfill ${id} to "${turn}": found it ${turned.ended}, wanted one that has not ended`;
      await audit(context, `${turn} backfill`, { backfill: id }, cameOf(turned));
      return problem(context, 409, detail);
    }
    await audit(context, `${turn} backfill`, { backfill: id });
    const worker = turn === "resume"
      ? await workerOf(context, await worksOfBackfills(state, [id]))
      : { waitsForWorker: false, notes: [] };
    return answer(context, TurnedBackfill, { id, status: turned.status, ...worker });
  });
}

async function plannedIn(
  { var: { lake, lookbackDays }, req }: Context<ApiEnv>,
  sent: z.output<typeof BackfillBody>,
): Promise<PlannedBackfill> {
  const { graph, orchestrator } = lake;
  const leastSeconds = (requests: number) => lake.leastSeconds?.(requests) ?? 0;
  const selection = backfillOf(sent, graph, { lookbackDays, now: orchestrator.now });
  return await orchestrator.planBackfill({ ...selection, leastSeconds }, req.raw.signal);
}
