import { type Milliseconds, SECOND } from "../core/mod.ts";
import type { App, Handler } from "./context.ts";

/** How often a port that is taken is tried again. */
const AGAIN: Milliseconds = 5 * SECOND;

export interface PortOptions {
  readonly handler: Handler;
  /** @default the configured one */
  readonly port: number | undefined;
  /** Aborted when it is to be waited for no more. */
  readonly signal: AbortSignal;
  readonly listening: (url: string) => void;
  /** Told why it cannot listen, once. */
  readonly fault: (line: string) => void;
}

/** Answers who asks how a daemon is, at once or as soon as whoever has its port gives that up. Dispose of it. */
export async function listenWhenFree(
  app: App,
  { handler, port, signal, listening, fault }: PortOptions,
): Promise<AsyncDisposable> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const opened = new AsyncDisposableStack();
  const tried = async (): Promise<string | undefined> => {
    const found = await app.listen(handler, port);
    if ("fault" in found) return found.fault;
    listening(opened.use(found).url);
  };
  const first = await tried();
  if (first !== undefined) fault(`${first}: works without until it is`);
  const waiting = (async () => {
    for (let taken = first; taken !== undefined && !ended.aborted;) {
      await app.machine.sleep(AGAIN, ended).catch(() => {});
      if (!ended.aborted) taken = await tried();
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await waiting;
      await opened.disposeAsync();
    },
  };
}
