import type { Context } from "hono";

/** Why requests are refused, by status. */
export const TITLES = {
  400: "the request cannot be meant",
  401: "it is not known who asks",
  403: "who asks may not",
  405: "it is asked for in another way",
  408: "the request took too long",
  413: "the request is too large",
  414: "the address is too long",
  429: "it was tried too often",
  431: "the headers are too large",
  503: "too much is asked at once",
  504: "the answer took too long",
} as const;

export type RefusalStatus = keyof typeof TITLES;

/** Refuses a request: a program is answered as RFC 9457 has it, a person with a line. */
export function refuse(
  context: Context,
  status: RefusalStatus,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  if (isOfProgram(context)) {
    const body = JSON.stringify({ title: TITLES[status], status, detail });
    return context.body(body, status, { ...headers, "content-type": "application/problem+json" });
  }
  return context.text(`${detail}\n`, status, headers);
}

/** Whether a program asks, rather than a person. */
export function isOfProgram({ req }: Context): boolean {
  return req.path === "/api" || req.path.startsWith("/api/") || req.path === "/metrics" ||
    (req.header("accept") ?? "").includes("json");
}
