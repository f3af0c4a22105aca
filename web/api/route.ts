import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Instant, OpenLake, Tables } from "../../core/mod.ts";

/** What each route of the API is given. */
export interface ApiEnv {
  Variables: {
    readonly lake: OpenLake;
    readonly lookbackDays: number;
    /** Undefined where statements are not answered here. */
    readonly tables: Tables | undefined;
    /** The machine's time. */
    readonly now: Instant;
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
  { status = 200, headers = {} }: {
    readonly status?: 200 | 201;
    readonly headers?: Record<string, string>;
  } = {},
): never {
  return context.json(body as never, status, headers) as never;
}
