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
  const kept = Number(headers.get("age") ?? 0) * SECOND; // a cache on the way kept it for so long
  const end = at + (kept > 0 ? kept : 0);
  return { at, apart: Math.max(0, asked - end, at - heard) };
}
