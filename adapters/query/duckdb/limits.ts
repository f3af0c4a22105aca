import type { QueryLimits } from "../../../core/ports/query.ts";

/** How often the process's memory is looked at, in milliseconds. */
const LOOK = 50;
/** How long an aborted statement may take to end by itself, in milliseconds. DuckDB hears an interrupt between chunks. */
const GRACE = 300;

/** An answer that took more than it may: one line. */
export class LimitError extends Error {
  override readonly name = "LimitError";
}

/**
 * The pieces of work that is aborted with the signal or beyond its limits. The time that the reader takes does not count.
 * What does not end by itself then is left to itself.
 *
 * @param work Begins the work under a signal.
 */
export async function* limited<T>(
  work: (signal: AbortSignal) => AsyncGenerator<T>,
  { timeout, memory }: Pick<QueryLimits, "timeout" | "memory">,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const watch = setInterval(() => {
    if (Deno.memoryUsage().rss > memory) over.abort(tooMuch(memory));
  }, LOOK);
  const pieces = work(either);
  let left = timeout;
  try {
    for (;;) {
      const began = performance.now();
      const late = setTimeout(() => over.abort(tooLong(timeout)), left);
      const next = await unlessAbandoned(pieces.next(), either).finally(() => clearTimeout(late));
      left -= performance.now() - began;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    clearInterval(watch);
    const ended = pieces.return(undefined).catch(() => {});
    if (!either.aborted) await ended;
    else await unlessAbandoned(ended, either).catch(() => {});
  }
}

async function unlessAbandoned<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  let late: ReturnType<typeof setTimeout> | undefined;
  const abort = () => late = setTimeout(() => reject(signal.reason), GRACE);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    clearTimeout(late);
  }
}

function tooLong(timeout: number): LimitError {
  const seconds = timeout / 1_000;
  return new LimitError(
    `running the statement: found no end after ${seconds} s, wanted less; --timeout SECONDS allows more`,
  );
}

function tooMuch(memory: number): LimitError {
  const megabytes = Math.round(memory / 1e6);
  return new LimitError(
    `running the statement: found more than ${megabytes} MB of memory in use, wanted less; --memory MB allows more`,
  );
}
