import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { OpenLake } from "../../core/mod.ts";

/** What each route of the API is given. */
export interface ApiEnv {
  Variables: {
    readonly lake: OpenLake;
    readonly lookbackDays: number;
  };
}

/** An answer in JSON, for a route's description. */
export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

/**
 * Answers with what its schema describes; the tests hold every answer against it. Typed `never`: a handler is held to
 * the types of the answers of its own route, which a function for all routes cannot name.
 */
export function answer<Schema extends z.ZodType>(
  context: Context<ApiEnv>,
  _schema: Schema,
  body: z.input<Schema>,
): never {
  return context.json(body as never, 200) as never;
}
