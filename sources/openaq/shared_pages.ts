import { HOUR, type Milliseconds } from "../../core/mod.ts";
import { PAGE_LIMIT } from "./client.ts";
import { hullOf, type TimeRange } from "./ranges.ts";

/** Whether what two want is so near that the rest of a page of the one may hold rows of the other. */
export function sharesPages(some: readonly TimeRange[], others: readonly TimeRange[]): boolean {
  if (some.length === 0 || others.length === 0) return false;
  const [a, b] = [hullOf(some), hullOf(others)];
  return Math.max(a.from - b.to, b.from - a.to) <= Math.max(restOfPage(a), restOfPage(b));
}

function restOfPage({ from, to }: TimeRange): Milliseconds {
  const page = PAGE_LIMIT * HOUR;
  return Math.ceil((to - from) / page) * page - (to - from);
}
