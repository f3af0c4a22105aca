import type { Instant, Milliseconds } from "../instant.ts";

/** The only source of time: the core never reads the wall clock. */
export interface Clock {
  now(): Instant;
  /** Resolves after `duration`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(duration: Milliseconds, signal?: AbortSignal): Promise<void>;
}

/** Uniform numbers in [0, 1). */
export type Random = () => number;
