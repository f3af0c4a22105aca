import type { MiddlewareHandler } from "hono";
import { refuse } from "./refusal.ts";

/** A `Request` cannot have these, so that nothing can be read of one. */
const FORBIDDEN: readonly string[] = ["CONNECT", "TRACE", "TRACK"];

/** Refuses methods that no route can be asked by. */
export const readMethods: MiddlewareHandler = async (context, next) => {
  const { method } = context.req;
  if (!FORBIDDEN.includes(method)) return await next();
  return refuse(context, 405, `reading the request: found the method ${method}, wanted another`);
};
