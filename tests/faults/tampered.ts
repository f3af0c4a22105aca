import type { Fault, Server } from "./server.ts";

/** An answer of the API. */
export interface Tampered {
  meta: { limit?: unknown; found?: unknown; page?: unknown };
  // deno-lint-ignore no-explicit-any
  results: any[];
}

/** Answers as the server does, changed on their way. @param change Changes an answer, or gives another. */
export function tampered(
  { honest }: Server,
  change: (answer: Tampered, url: URL) => Tampered | Response | void,
): Fault {
  return async (request) => {
    const response = await honest(request);
    if (!response.ok) return response;
    const answer: Tampered = await response.json();
    const changed = change(answer, new URL(request.url)) ?? answer;
    if (changed instanceof Response) return changed;
    const { headers } = response;
    return new Response(JSON.stringify(changed), { headers });
  };
}

/** The sensor whose measurements are asked for. */
export function sensorOf({ pathname }: URL): number | undefined {
  const [, id] = /^\/v3\/sensors\/(\d+)\/measurements$/.exec(pathname) ?? [];
  return id === undefined ? undefined : Number(id);
}
