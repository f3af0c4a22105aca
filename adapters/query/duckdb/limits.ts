import type { QueryLimits } from "../../../core/mod.ts";

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
 * Work that does not end by itself then is left alone.
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
  let abandoned = false;
  try {
    for (;;) {
      const began = performance.now();
      const late = setTimeout(() => over.abort(tooLong(timeout)), Math.max(0, left));
      const next = await unlessOverdue(pieces.next(), either, () => abandoned = true)
        .finally(() => clearTimeout(late));
      left -= performance.now() - began;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    clearInterval(watch);
    const ended = pieces.return(undefined).catch(() => {});
    if (!abandoned) await ended;
  }
}

/** Awaits the work, or throws the signal's reason once it was aborted and the work has not ended after a while. */
async function unlessOverdue<T>(work: Promise<T>, signal: AbortSignal, overdue: () => void): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const give = () => {
    overdue();
    reject(signal.reason);
  };
  const wait = () => waiting = setTimeout(give, GRACE);
  if (signal.aborted) wait();
  else signal.addEventListener("abort", wait, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", wait);
    clearTimeout(waiting);
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
