import { z } from "@hono/zod-openapi";
import {
  type ActCommand,
  type ActRequest,
  type BackfillSelection,
  type Graph,
  type Instant,
  iso,
  RequestError,
  type RunSelection,
  unranged,
} from "../../core/mod.ts";
import { chosen } from "./queries.ts";

const text = z.string().min(1).max(1_000);
const texts = z.union([text, z.array(text).min(1).max(1_000)]);

/** Assets by an expression or several. */
const selection = texts.openapi({ description: "Chooses assets, as commands have it: `*` for all." });
const bound = text.optional().openapi({ description: "A month, a date or a time, inclusive." });

const COMMANDS = ["materialize", "check", "wipe", "rollback"] as const satisfies readonly ActCommand[];

/** A run as it is asked for. */
export const RunBody = z.strictObject({
  selection,
  partitions: z.array(text).max(1_000).optional().openapi({ description: "Keys, in the place of a range." }),
  from: bound,
  to: bound,
  all: z.boolean().optional().openapi({ description: "The whole sets, in the place of a range." }),
  force: z.boolean().optional().openapi({ description: "Makes what is fresh, too." }),
  command: z.enum(COMMANDS).default("materialize"),
  key: z.string().min(1).max(200).optional().openapi({
    description: "Names the run for good: asked for twice, it is one run.",
  }),
}).openapi("RunBody");

/** A body in JSON, for a route's description. */
export function body<Schema extends z.ZodType>(schema: Schema) {
  return { content: { "application/json": { schema } }, required: true } as const;
}

/** Something that has to be said is not, as in a form that is still to be filled in. */
export class UnsaidError extends RequestError {}

/** The run that a body means. @throws {RequestError} If it chooses nothing that there is, or names a range in two ways. */
export function actOf(
  { selection, partitions = [], from, to, all = false, force = false, command, key }: z.output<
    typeof RunBody
  >,
  graph: Graph,
  lookbackDays: number,
): ActRequest {
  const words = typeof selection === "string" ? [selection] : selection;
  const ways = [partitions.length > 0, (from ?? to) !== undefined, all].filter((given) => given);
  if (ways.length > 1) {
    throw new RequestError(
      "reading the range: found partitions, from and to, or all beside each other, " +
        "wanted one way to name it",
    );
  }
  if (force && command !== "materialize") {
    throw new RequestError(`reading "force": found it with "${command}", wanted it with "materialize" alone`);
  }
  const isRanged = partitions.length > 0 || (from ?? to) !== undefined;
  const asked: RunSelection = {
    assets: chosen(words, graph),
    words,
    lookbackDays,
    ...(partitions.length > 0 && { partitions }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(all && { all }),
    ...(force && { force }),
    // Forced, forgotten or put back by its key, a partition alone is meant, and not what lies around it.
    exact: command === "wipe" ? isRanged : (force || command === "rollback") && partitions.length > 0,
  };
  const missing = command === "wipe" ? unranged(graph, asked) : undefined;
  if (missing !== undefined) {
    throw new UnsaidError(`wiping "${missing}": found no range, wanted partitions, from and to, or all`);
  }
  return { command, selection: asked, ...(key !== undefined && { key }) };
}

/** A backfill as it is asked for. */
export const BackfillBody = z.strictObject({
  selection,
  from: text.openapi({ description: "The first month, date or time to make." }),
  to: bound.openapi({ description: "The last one, inclusive. Default: now." }),
  only: z.array(z.enum(["missing", "failed", "stale"])).min(1).max(3).optional().openapi({
    description: "Only what is so. Default: whatever is not fresh.",
  }),
  oldestFirst: z.boolean().optional(),
}).openapi("BackfillBody");

/** The backfill that a body means. @throws {RequestError} If it chooses nothing that there is. */
export function backfillOf(
  { selection, from, to, only, oldestFirst = false }: z.output<typeof BackfillBody>,
  graph: Graph,
  { lookbackDays, now }: { readonly lookbackDays: number; readonly now: Instant },
): Omit<BackfillSelection, "leastSeconds"> {
  const words = typeof selection === "string" ? [selection] : selection;
  return {
    assets: chosen(words, graph),
    words,
    lookbackDays,
    from,
    to: to ?? `${iso(now).slice(0, "2018-01-01T07:05".length)}Z`,
    ...(only && { only: [...new Set(only)] }),
    oldestFirst,
  };
}
