import { constants, createGzip } from "node:zlib";
import type { Context } from "hono";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { BusyError, DamageError, WrongUseError } from "../core/mod.ts";
import { show, type Shown } from "./page.tsx";
import { Layout } from "./parts/layout.tsx";
import { Waiting } from "./parts/small.tsx";
import type { PageEnv } from "./view/view.ts";

/** Of who reads what is compressed: gzip is named, and not as what is not wanted. */
const PACKED = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;

/** Stands in a page where the part that takes long comes. */
const MARK = "<!--part-->";

/**
 * Answers with a page whose last part takes long: all before it is sent at once, and the part in the same answer once it is
 * there, so that it takes no script. Why it cannot be made is told in its place: by then the status is sent. A script that
 * asks is answered at the end, with the status of what went wrong.
 *
 * @param part Is told when who asked is gone.
 */
export async function streamed(
  context: Context<PageEnv>,
  props: Shown,
  first: Child,
  part: (signal: AbortSignal) => Promise<Child>,
): Promise<Response> {
  const { req: { raw: request }, var: { view } } = context;
  if (request.headers.get("sec-fetch-dest") === "empty") {
    return await show(context, props, [first, await part(request.signal)]);
  }
  const gone = new AbortController();
  const signal = AbortSignal.any([request.signal, gone.signal]);
  const told = async () => {
    try {
      return await rendered(await part(signal));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!signal.aborted && !isExpected(error)) context.var.broke(message);
      return await rendered(<p class="notice bad" lang="en">{message}</p>);
    }
  };
  const page = await rendered(
    <Layout view={view} {...props}>{[first, <Waiting view={view} />, raw(MARK)]}</Layout>,
  );
  const [before, after] = page.split(MARK) as [string, string];
  async function* texts() {
    yield before;
    yield await told() + after;
  }
  const isPacked = PACKED.test(context.req.header("accept-encoding") ?? "");
  if (isPacked) context.header("content-encoding", "gzip");
  context.header("vary", "accept-encoding");
  context.header("content-type", "text/html; charset=UTF-8");
  return context.body(bodyOf(isPacked ? packed(texts()) : encoded(texts()), () => gone.abort()));
}

/** Whether who asks is to mend it, or to wait. */
function isExpected(error: unknown): boolean {
  return error instanceof WrongUseError || error instanceof BusyError || error instanceof DamageError;
}

async function rendered(child: Child): Promise<string> {
  return String(await (<>{child}</>).toString());
}

async function* encoded(texts: AsyncIterable<string>) {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}

/** Compresses texts so that each can be read once it is there. */
async function* packed(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  const feed = async () => {
    for await (const text of texts) gzip.write(text);
    gzip.end();
  };
  feed().catch((error) => gzip.destroy(error));
  yield* gzip;
}

/** @param gone Is told of a reader who goes before the end. */
function bodyOf(chunks: AsyncIterator<Uint8Array>, gone: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      gone();
      // It ends once what it waits for has.
      void chunks.return?.().catch(() => {});
    },
  }, { highWaterMark: 0 });
}
