import type { Config } from "../config.ts";

/** The built-in stations' seed. */
export const SEED = 1;
/** The source of lakes whose graph is a module: none that is known here. */
const MODULE_SOURCE = "a module";
const ANNOUNCED = "x-airgraph-source";

/** The source that is configured, as far as can be told without asking. */
export function knownSource({ graph, openaq: { url } }: Config): string | undefined {
  if (graph !== null) return MODULE_SOURCE;
  if (url === null) return `simulated:${SEED}`;
  const { hostname, origin } = new URL(url);
  return hostname === "api.openaq.org" ? origin : undefined;
}

/** Where an answer comes from; undefined for an error's, and for what is no API's, which may be anybody's on the way. */
export function sourceOf({ headers, ok }: Response, origin: string): string | undefined {
  const isAnswer = ok && headers.get("content-type")?.includes("json");
  return headers.get(ANNOUNCED) ?? (isAnswer ? origin : undefined);
}
