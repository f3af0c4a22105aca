import type { Instant, Milliseconds } from "../instant.ts";

/** The only source of time: the core never reads the machine's clocks. */
export interface Clock {
  /** The wall clock: it decides partitions, due times and the pace, and may be set to another time. */
  now(): Instant;
  /** How long this process has been awake, from some moment on: it measures patience, time-outs and back-off. */
  awake(): Milliseconds;
  /** How long this process has been asleep, as far as it noticed: stopped, or suspended with its machine. */
  asleep(): Milliseconds;
  /** Resolves after being awake for `duration`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(duration: Milliseconds, signal?: AbortSignal): Promise<void>;
}

/** A source of uniform random numbers in [0, 1). */
export type Random = () => number;
