import { type Milliseconds, SECOND } from "../core/mod.ts";
import type { App } from "./context.ts";

/** The longest pause before a lake that broke off is opened again. */
const LONGEST: Milliseconds = 30 * SECOND;

export interface ReopenedOptions {
  readonly signal: AbortSignal;
  /** Opens the lake and works with it until the signal is aborted. */
  readonly work: () => Promise<void>;
  /** Whether what it broke off with is no reason to open it again. */
  readonly isFinal: (cause: unknown) => boolean;
  /** Told what it broke off with, and after how long it is opened again. */
  readonly broke: (cause: unknown, after: Milliseconds) => void;
}

/** Works with a lake until it is told to end: one that breaks off is opened again, after pauses that double. */
export async function reopened(
  { machine }: Pick<App, "machine">,
  { signal, work, isFinal, broke }: ReopenedOptions,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    const since = machine.awake();
    try {
      await work();
    } catch (cause) {
      if (signal.aborted && cause === signal.reason) return;
      if (isFinal(cause)) throw cause;
      if (machine.awake() - since > 2 * LONGEST) failures = 0;
      const after = Math.min(LONGEST, SECOND * 2 ** failures);
      broke(cause, after);
      await machine.sleep(after, signal).catch(() => {});
    }
  }
}
