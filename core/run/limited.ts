import { type Milliseconds, SECOND } from "../instant.ts";
import type { Clock } from "../ports/clock.ts";

/** The bounds of one attempt: `signal` is aborted and `cause` rejects once it is cancelled, too long, or given up. */
export interface Limited {
  readonly signal: AbortSignal;
  readonly cause: Promise<never>;
  readonly abort: (reason: unknown) => void;
  /** Lets go of what watches the attempt. */
  readonly end: () => void;
}

/** Bounds an attempt by a signal and, unless that is null, by a time. */
export function limited(
  clock: Clock,
  timeout: Milliseconds | null,
  cancel: AbortSignal,
): Limited {
  const controller = new AbortController();
  const { promise: cause, reject } = Promise.withResolvers<never>();
  cause.catch(() => {});
  const abort = (reason: unknown) => {
    controller.abort(reason);
    reject(reason);
  };
  const cancelled = () => abort(cancel.reason);
  if (cancel.aborted) cancelled();
  else cancel.addEventListener("abort", cancelled, { once: true });
  const over = new AbortController();
  if (timeout !== null) {
    clock.sleep(timeout, over.signal).then(
      () => abort(new Error(`the attempt took longer than ${timeout / SECOND} s`)),
      () => {},
    );
  }
  const end = () => {
    cancel.removeEventListener("abort", cancelled);
    if (timeout !== null) over.abort();
  };
  return { signal: controller.signal, cause, abort, end };
}
