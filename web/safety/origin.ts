import type { Context, MiddlewareHandler } from "hono";
import { refuse } from "./refusal.ts";

/**
 * Refuses what another site's page asks for by itself, such as an image that is an answer of ours. A link that somebody
 * follows is no such thing.
 */
export const notEmbedded: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  const site = req.header("sec-fetch-site");
  const isFollowed = req.method === "GET" && req.header("sec-fetch-mode") === "navigate" &&
    req.header("sec-fetch-dest") === "document";
  const isElsewhere = site === "cross-site" || site === "same-site";
  if (isElsewhere && !isFollowed) {
    return refuse(
      context,
      403,
      "reading the request: found it asked for by another site's page, wanted one of ours",
    );
  }
  return await next();
};

/** What shows that a request comes from no page of ours; undefined where it does. */
export function foreignOrigin({ req }: Context): string | undefined {
  const site = req.header("sec-fetch-site");
  const origin = req.header("origin");
  const own = new URL(req.url).host;
  if (site !== undefined && site !== "same-origin") {
    return `found Sec-Fetch-Site "${site}", wanted same-origin`;
  }
  if (origin !== undefined && hostOf(origin) !== own) {
    return `found Origin "${origin}", wanted that of ${own}`;
  }
  if (site === undefined && origin === undefined) return `found no Origin, wanted that of ${own}`;
}

/** Whoever stands between may have taken off what makes it https. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
