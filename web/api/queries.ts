import { z } from "@hono/zod-openapi";
import {
  type AssetKey,
  type Graph,
  RequestError,
  type RunSelection,
  select,
  selectionGraph,
} from "../../core/mod.ts";

const flag = z.enum(["true", "false"]).optional();
const bound = z.string().optional().openapi({ description: "A month, a date or a time, inclusive." });

/** Which partitions are meant: as commands have it. */
export const Selection = z.strictObject({
  selection: z.string().optional().openapi({ description: "Chooses assets; all of them without it." }),
  from: bound,
  to: bound,
  all: flag.openapi({ description: "The whole sets, in the place of a range." }),
});

/** A plan's selection, which may be forced. */
export const Forced = Selection.extend({ force: flag });

/** A number in a path or a query: from 1 on, as far as numbers are exact. */
export const positive = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** A run by its number. */
export const RunId = z.object({ id: positive });

/** That there is no such run. */
export const noRun = (id: number) =>
  `looking for run ${id}: found no such run, wanted one that \`/api/runs\` lists`;

/** From 0 on. */
export const counting = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** How many are listed at most. */
export const limit = z.coerce.number().int().min(1).max(1_000).default(100);

/** The selection that a query means. @throws {RequestError} If it chooses nothing that there is, or two ranges. */
export function selectionOf(
  { selection, from, to, all, force }: z.output<typeof Forced>,
  graph: Graph,
  lookbackDays: number,
): RunSelection {
  if (all === "true" && (from ?? to) !== undefined) {
    throw new RequestError("reading the range: found all beside from or to, wanted one of them");
  }
  return {
    assets: chosen(selection === undefined || selection.trim() === "" ? [] : [selection], graph),
    lookbackDays,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(all === "true" && { all: true }),
    ...(force === "true" && { force: true }),
  };
}

/** The assets that words choose; all without any. @throws {RequestError} If a word chooses nothing. */
export function chosen(words: readonly string[], graph: Graph): ReadonlySet<AssetKey> {
  const selected = select(words, selectionGraph(graph));
  if (!selected.ok) throw new RequestError(selected.message);
  return selected.keys;
}
