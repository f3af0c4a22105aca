import { type Duration, type Milliseconds, milliseconds } from "../instant.ts";
import type { Session } from "./session.ts";

/** Pauses between tries: uniform below a limit that doubles from `base` up to `limit` (full jitter). */
export interface Backoff {
  readonly base: Duration;
  readonly limit: Duration;
}

/** The pause after so many failures, from 0. */
export function backoff(
  { random }: Pick<Session, "random">,
  { base, limit }: Backoff,
  failures: number,
): Milliseconds {
  return Math.round(random() * Math.min(milliseconds(limit), milliseconds(base) * 2 ** failures));
}
