import { inUrl } from "./addresses.ts";
import { lineOf } from "./system.ts";

/** How long, in milliseconds, what is being answered may take at the end, and what was answered is given to be sent. */
const GRACE = 500;
const SENT = 20;

/** Where who asks is. */
export interface Peer {
  readonly remoteAddr: Deno.Addr;
}

/** A handler of HTTP requests. */
export type Handler = (request: Request, peer: Peer) => Response | Promise<Response>;

export interface Listening extends AsyncDisposable {
  readonly url: string;
}

/** Answers requests at an address of this machine until it is disposed of. @returns Why it cannot, in a line, where the port is not free. */
export function listen(
  handler: Handler,
  { hostname, port }: { readonly hostname: string; readonly port: number },
): Listening | { readonly fault: string } {
  const over = new AbortController();
  let atWork = 0;
  let idle = () => {};
  const counted: Handler = async (request, peer) => {
    atWork++;
    try {
      return await handler(request, peer);
    } finally {
      if (--atWork === 0) idle();
    }
  };
  try {
    const server = Deno.serve({ hostname, port, signal: over.signal, onListen: () => {} }, counted);
    return {
      url: `http://${inUrl(hostname)}:${server.addr.port}`,
      async [Symbol.asyncDispose]() {
        // Who is told what happens as it does is told without an end: nobody waits for that.
        if (atWork > 0) await within(GRACE, new Promise<void>((resolve) => idle = resolve));
        await within(SENT);
        over.abort();
        await server.finished;
      },
    };
  } catch (error) {
    return { fault: `serving at ${inUrl(hostname)}:${port}: ${lineOf(error)}, wanted a port that is free` };
  }
}

/** Waits for something, at most so many milliseconds. @param awaited Without it, so long. */
async function within(most: number, awaited?: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, most);
  await Promise.race([late.promise, ...awaited === undefined ? [] : [awaited]]);
  clearTimeout(timer);
}
