import type { Clock } from "../core/mod.ts";

/** Within so many milliseconds a further request to end is the same: a terminal and a task runner both pass one on. */
const SAME = 1_000;

/** The cancellation that a process's signals bring about. */
export interface Cancellation {
  /** Aborted by the first request to end. */
  readonly signal: AbortSignal;
  /** Takes a request to end: the first cancels, one that is not the same ends at once. */
  request(): void;
}

export function cancellation({ now }: Pick<Clock, "now">, endAtOnce: () => void): Cancellation {
  const cancelled = new AbortController();
  let since = Infinity;
  return {
    signal: cancelled.signal,
    request() {
      if (!cancelled.signal.aborted) {
        since = now();
        cancelled.abort(new Error("cancelled"));
      } else if (now() - since >= SAME) endAtOnce();
    },
  };
}
