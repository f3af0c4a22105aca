import { lineOf } from "./system.ts";

/** A handler of HTTP requests. */
export type Handler = (request: Request) => Response | Promise<Response>;

export interface Listening extends AsyncDisposable {
  readonly url: string;
}

/**
 * Answers requests from this machine until it is disposed of.
 *
 * @returns Why it cannot, in a line, where the port is not free.
 */
export function listen(handler: Handler, port: number): Listening | { readonly fault: string } {
  const hostname = "127.0.0.1";
  try {
    const server = Deno.serve({ hostname, port, onListen: () => {} }, handler);
    return { url: `http://${hostname}:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
  } catch (error) {
    return {
      fault: `serving at ${hostname}:${port}: ${
        lineOf(error)
      }, wanted a port that is free: works without until it is`,
    };
  }
}
