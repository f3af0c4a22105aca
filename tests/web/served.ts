import { assertEquals } from "@std/assert";
import type { z } from "@hono/zod-openapi";
import {
  type AnyAsset,
  type Automations,
  daily,
  definer,
  from,
  graph,
  identity,
  type OpenLake,
} from "../../core/mod.ts";
import { CronerCron } from "../../adapters/cron/croner/cron.ts";
import { api } from "../../web/api/api.ts";
import { PROBLEM, Problem } from "../../web/api/problem.ts";
import { lab } from "../core/lab.ts";

const { asset } = definer<null>();

/** Days of raw numbers, whose third fails, and days made of them. */
export function declared() {
  const days = daily({ start: "2024-01-28" });
  const raw = asset({
    key: "t/raw",
    partitions: days,
    async *materialize({ partitions, log }) {
      await null;
      log.info("asking", { days: partitions.count });
      yield [...partitions].map(({ ordinal, key }) =>
        key === "2024-01-30"
          ? { partition: ordinal, error: "found no answer, wanted one" }
          : { partition: ordinal, dataVersion: "1", rows: 3 }
      );
    },
  });
  const mart = asset({
    key: "t/mart",
    partitions: days,
    deps: { raw: from(raw, identity) },
    async *materialize({ partitions }) {
      await null;
      yield [...partitions].map(({ ordinal }) => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  return [raw, mart];
}

/** The API over a lab, whose every answer is held to its schema. */
export async function served(
  assets: readonly AnyAsset[] = declared(),
  declaredAutomations: Automations = { schedules: [], sensors: [] },
) {
  const made = await lab(assets, { cron: new CronerCron() });
  const { orchestrator, state } = made;
  const lake: OpenLake = {
    orchestrator,
    state,
    graph: graph(assets),
    requests: () => 0,
    limited: () => 0,
    declaredAutomations: () => Promise.resolve(declaredAutomations),
  };
  const app = api({ lake: () => lake, lookbackDays: 7 });
  const ask = async (path: string, init?: RequestInit) => {
    const response = await app.request(path, init);
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      location: response.headers.get("location"),
      body: await response.json(),
    };
  };
  /** Posts JSON; the answer is as its schema, or that of problems, describes it. */
  const post = async <Schema extends z.ZodType>(path: string, sent: unknown, schema: Schema) => {
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    const answered = await ask(path, { ...init, ...(sent !== undefined && { body: JSON.stringify(sent) }) });
    const { status, body, type } = answered;
    const expected: z.ZodType = type === PROBLEM ? Problem : schema;
    assertEquals(expected.parse(body), body, `${path}: ${JSON.stringify(body)}`);
    return { ...answered, status, body: body as z.output<Schema>, detail: body.detail as string | undefined };
  };
  /** The answer, which is as its schema describes it, with nothing beside. */
  const get = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> => {
    const { status, body } = await ask(path);
    assertEquals(status, 200, `${path}: ${JSON.stringify(body)}`);
    assertEquals(schema.parse(body), body, path);
    return body;
  };
  return { ...made, app, ask, get, post };
}
