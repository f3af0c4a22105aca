import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { assetDetailJson, assetJson, partitionJson, RequestError } from "../../core/mod.ts";
import { problem, problems } from "./problem.ts";
import { Selection, selectionOf } from "./queries.ts";
import { answer, type ApiEnv, json } from "./route.ts";
import { AssetDetail, Assets, Partition, States } from "./schemas.ts";

const Named = z.object({ group: z.string(), name: z.string() });

const list = createRoute({
  method: "get",
  path: "/assets",
  summary: "The assets, each after those that it reads",
  responses: { 200: json("Every asset of the graph.", Assets), ...problems(503) },
});

const one = createRoute({
  method: "get",
  path: "/assets/{group}/{name}",
  summary: "One asset with all that it declares",
  request: { params: Named },
  responses: { 200: json("The asset.", AssetDetail), ...problems(404, 503) },
});

const states = createRoute({
  method: "get",
  path: "/assets/{group}/{name}/states",
  summary: "How an asset's partitions stand, as ranges of keys",
  request: { params: Named, query: Selection.omit({ selection: true }) },
  responses: { 200: json("Neighbours in one state are one range.", States), ...problems(400, 404, 503) },
});

const partition = createRoute({
  method: "get",
  path: "/assets/{group}/{name}/{partition}",
  summary: "One partition: how it stands, why, and what happened to it",
  request: {
    params: Named.extend({ partition: z.string().openapi({ description: "Its key; `_` for none." }) }),
  },
  responses: { 200: json("The partition.", Partition), ...problems(404, 503) },
});

const none = (key: string) => `looking for asset "${key}": found none, wanted one of the graph`;

/** The assets and their partitions. */
export function assets(api: OpenAPIHono<ApiEnv>): void {
  api.openapi(list, (context) => answer(context, Assets, context.var.lake.graph.assets.map(assetJson)));
  api.openapi(one, (context) => {
    const { graph, orchestrator } = context.var.lake;
    const key = keyOf(context.req.valid("param"));
    const asset = graph.byKey.get(key);
    if (asset === undefined) return problem(context, 404, none(key));
    return answer(context, AssetDetail, assetDetailJson(graph, asset, orchestrator.codeVersion(key)));
  });
  api.openapi(states, async (context) => {
    const { lake: { graph, orchestrator }, lookbackDays } = context.var;
    const key = keyOf(context.req.valid("param"));
    if (!graph.byKey.has(key)) return problem(context, 404, none(key));
    const selection = selectionOf(context.req.valid("query"), graph, lookbackDays);
    const found = await orchestrator.states(key, selection);
    return answer(context, States, { ranges: found.map(({ from, to, state }) => ({ from, to, state })) });
  });
  api.openapi(partition, async (context) => {
    const { lake } = context.var;
    const { partition, ...named } = context.req.valid("param");
    const key = keyOf(named);
    if (!lake.graph.byKey.has(key)) return problem(context, 404, none(key));
    try {
      return answer(context, Partition, await partitionJson(lake, key, partition === "_" ? null : partition));
    } catch (error) {
      if (error instanceof RequestError) return problem(context, 404, error.message);
      throw error;
    }
  });
}

function keyOf({ group, name }: z.output<typeof Named>): string {
  return `${group}/${name}`;
}
