import type { MiddlewareHandler } from "hono";

/** The names of this machine to itself. */
const HERE: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Refuses who asks by another name than this machine's own: a page from elsewhere that had its name lead here would
 * otherwise read what is meant for this machine alone.
 */
export const fromHere: MiddlewareHandler = async (context, next) => {
  const { hostname } = new URL(context.req.url);
  if (HERE.includes(hostname)) return await next();
  return context.text(`asked as "${hostname}", wanted one of ${HERE.join(", ")}\n`, 403);
};
