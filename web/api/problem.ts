import { z } from "@hono/zod-openapi";
import type { Context } from "hono";

/** What went wrong, as RFC 9457 has it. */
export const Problem = z.object({
  title: z.string(),
  status: z.number().int(),
  /** One line. */
  detail: z.string(),
}).openapi("Problem");

/** The media type of problems. */
export const PROBLEM = "application/problem+json";

const TITLES = {
  400: "the request cannot be meant",
  403: "it is asked for from elsewhere",
  404: "there is no such thing",
  405: "it is asked for in another way",
  409: "it stands in another way",
  500: "the server failed",
  503: "it cannot be done now",
} as const;

export type ProblemStatus = keyof typeof TITLES;

/** Answers with a problem. Typed `never` for the reason that `answer` is. */
export function problem(context: Context, status: ProblemStatus, detail: string): never {
  const body = { title: TITLES[status], status, detail };
  return context.body(JSON.stringify(body), status, { "content-type": PROBLEM }) as never;
}

/** The answers of a route that are problems, for its description. */
export function problems(...statuses: readonly ProblemStatus[]) {
  const described = statuses.map((status) => [
    status,
    { description: TITLES[status], content: { [PROBLEM]: { schema: Problem } } },
  ]);
  return Object.fromEntries(described) as Record<
    ProblemStatus,
    { description: string; content: { [PROBLEM]: { schema: typeof Problem } } }
  >;
}
