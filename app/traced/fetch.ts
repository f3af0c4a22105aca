import type { Tracer } from "../../core/mod.ts";

/** Asks for a resource, as `fetch` does. */
export type Fetch = (request: Request) => Promise<Response>;

export interface TracedFetchOptions {
  /** Whether the path and what follows it are secret, as those of webhooks. @default false */
  readonly isSecret?: boolean;
}

/** Traces each request, by OpenTelemetry's conventions for HTTP clients. */
export function tracedFetch(tracer: Tracer, fetch: Fetch, options: TracedFetchOptions = {}): Fetch {
  const { isSecret = false } = options;
  return (request) => {
    const { method } = request;
    const { protocol, origin, hostname, port, pathname, search } = new URL(request.url);
    const attributes = {
      "http.request.method": method,
      "url.full": origin + (isSecret ? "/REDACTED" : pathname + search),
      "server.address": hostname,
      "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    };
    return tracer.span(method, { asks: true, attributes }, async (span) => {
      const response = await fetch(request);
      const { status } = response;
      span.set({ "http.response.status_code": status });
      if (status >= 400) span.fail(String(status), `answered ${status}`);
      return response;
    });
  };
}
