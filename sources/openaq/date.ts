import { HOUR, type Instant, type Milliseconds, MINUTE, SECOND } from "../../core/mod.ts";

/** How far a server's clock may be from this machine's before somebody is told. */
export const NOTABLE: Milliseconds = 5 * MINUTE;
/** How far, before hours and days would be the wrong ones. */
export const WRONG: Milliseconds = HOUR;

/** When a server says that it answered, and how far that is from when it was asked and heard; undefined where it says nothing. */
export function answeredAt(
  headers: Headers,
  asked: Instant,
  heard: Instant,
): { readonly at: Instant; readonly apart: Milliseconds } | undefined {
  const at = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(at)) return undefined;
  return { at, apart: Math.max(0, asked - (at + ageOf(headers)), at - heard) };
}

/** How long a cache on the way has kept an answer. */
export function ageOf(headers: Headers): Milliseconds {
  const seconds = headers.get("age") ?? "";
  return /^\d+$/.test(seconds) ? Number(seconds) * SECOND : 0;
}
