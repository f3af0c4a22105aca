import type { MiddlewareHandler } from "hono";
import type { Admission } from "../../core/mod.ts";
import { refuse } from "./refusal.ts";
import { tellsNothing } from "./routes.ts";

/** The names of this machine to itself. */
const HERE: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];
/** An address, as URLs have it: no name leads there that somebody else could have lead elsewhere. */
const ADDRESS = /^(\[[0-9a-f:.]+\]|\d+(\.\d+){3})$/;

/** What a Host header may hold, so that nothing of it passes for another part of the address. */
const HOST = /^((\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?)?$/i;

/**
 * Refuses who asks by another name than this server's own: a page from elsewhere that had its name lead here would
 * otherwise read what is meant for this server's users alone.
 */
export function ownHosts({ hosts, anyAddress }: Admission): MiddlewareHandler {
  const own = [...new Set([...HERE, ...hosts])];
  return async (context, next) => {
    const { req } = context;
    const host = req.header("host") ?? "";
    if (!HOST.test(host) || !URL.canParse(req.url)) {
      return refuse(
        context,
        400,
        `reading the request: found the host ${JSON.stringify(host)}, wanted a name`,
      );
    }
    const { hostname } = new URL(req.url);
    const isOwn = own.includes(hostname) || (anyAddress && ADDRESS.test(hostname));
    if (isOwn || tellsNothing(req.path)) return await next();
    return refuse(context, 403, `asked as "${hostname}", wanted one of ${own.join(", ")}`);
  };
}
