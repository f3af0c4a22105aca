import type { OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnv } from "./route.ts";

/** The origin of a page of elsewhere that has a browser change something here; undefined where it is one's own or none. */
export function foreignOrigin({ method, headers, url }: Request): string | undefined {
  if (method === "GET" || method === "HEAD") return undefined;
  const origin = headers.get("origin");
  if (origin === null) return undefined;
  return URL.parse(origin)?.host === new URL(url).host ? undefined : origin;
}

/** The methods that the described routes have for a path; none where there is no such path. */
export function methodsOf(api: OpenAPIHono<ApiEnv>): (path: string) => readonly string[] {
  const routes = api.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { path, method } = definition.route;
    const pattern = path.replaceAll(".", "\\.").replaceAll(/\{[^}]*\}/g, "[^/]+");
    return [{ pattern: new RegExp(`^${pattern}$`), method: method.toUpperCase() }];
  });
  return (path) => {
    const found = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(found.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]))];
  };
}
