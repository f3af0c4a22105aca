import { z } from "zod";
import type { Broken } from "./schema.ts";

/** How many results an answer says that there are: 53, "53", or ">1000" for more than a page holds. */
const FOUND = /^(>?)(\d+)$/;
const META = z.object({
  meta: z.object({
    limit: z.number().int().positive().optional().catch(undefined),
    found: z.union([z.number(), z.string()]).optional().catch(undefined),
  }),
});
/** Servers that answer less than they are asked for do so by a round number. */
const ROUND = 50;

/** The question that an answer is to agree with. */
export interface Paged {
  /** How many results were asked for. */
  readonly limit: number;
  /** How many came with the pages before. */
  readonly before: number;
}

/** An answer that has all that it says it found on its page. */
export interface Complete {
  /** Whether there may be more. */
  readonly full: boolean;
  /** How many results it says that there are on all pages; undefined where it may speak of its own page alone. */
  readonly total: number | undefined;
}

/**
 * Whether there may be more than an answer's results, by what it says of itself: the most that it gives at once, and how
 * many it found, which is of all pages, or of this one alone. Broken where it lacks some of what it says it found.
 */
export function completeness(
  answer: unknown,
  results: number,
  { limit, before }: Paged,
): Complete | Broken {
  const { limit: own = limit, found } = META.safeParse(answer).data?.meta ?? {};
  const said = Number(found ?? NaN);
  const total = said > results ? said : undefined;
  const most = Math.min(limit, own);
  if (results > most) return { broken: `${results} results, wanted at most ${most}` };
  if (results === most) return { full: true, total };
  const [, more, number] = FOUND.exec(String(found)) ?? [];
  const least = Number(number ?? 0) + (more === ">" ? 1 : 0);
  if (least <= before + results) return { full: false, total };
  if (results > 0 && results % ROUND === 0) return { full: true, total };
  return { broken: `${results} results beside meta.found: ${JSON.stringify(found)}, wanted all of them` };
}
