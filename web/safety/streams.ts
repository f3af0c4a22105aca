import type { MiddlewareHandler } from "hono";
import type { SafetyEnv } from "./options.ts";
import { refuse } from "./refusal.ts";

/** So many live answers go on at once, of one address and of all. */
const MOST = { address: 100, all: 500 };

/** Keeps live answers, which end only when somebody goes, to so many of an address. */
export function streams(
  most: { readonly address: number; readonly all: number } = MOST,
): MiddlewareHandler<SafetyEnv> {
  const open = new Map<string, number>();
  let all = 0;
  return async (context, next) => {
    await next();
    const { res } = context;
    if (res.body === null || !res.headers.get("content-type")?.startsWith("text/event-stream")) return;
    const { address } = context.var;
    const own = open.get(address) ?? 0;
    if (own >= most.address || all >= most.all) {
      await res.body.cancel();
      const found = own >= most.address ? `${own} of your address` : `${all}`;
      context.res = undefined;
      context.res = refuse(context, 503, `following: found ${found} that do already, wanted fewer`, {
        "retry-after": "30",
      });
      return;
    }
    open.set(address, own + 1);
    all++;
    const { status, headers } = res;
    const body = told(res.body, () => {
      all--;
      const left = open.get(address)! - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    context.res = undefined;
    context.res = new Response(body, { status, headers });
  };
}

/** The same stream, whose end is told once, however it comes about. */
function told(stream: ReadableStream<Uint8Array>, over: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let isOver = false;
  const end = () => {
    if (!isOver) over();
    isOver = true;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
}
