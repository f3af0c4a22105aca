import { iso, type RunSelection } from "../core/mod.ts";
import { type App, type Flags, type Invocation, type Lake, UsageError } from "./context.ts";
import { chosen } from "./selection.ts";

/** The flags that say which partitions are meant. */
export const RANGE: Required<Pick<Flags, "values" | "lists">> = {
  values: ["from", "to"],
  lists: ["partition"],
};

export const RANGE_HELP = `
SELECTION      assets: vietnam/dev_mart, group:vietnam, kind:raw, +x (with all it reads), x+ (with all that
               reads it), *, and, or, not; an expression of several words goes in quotes. Default: all assets
--from A       first date or time, inclusive, such as 2018-01-01 or 2018-01-01T07; alone: until now
--to B         last date or time, inclusive; alone: from each asset's beginning
--partition K  a partition's key, in the place of --from and --to; may be given several times`.trimStart();

/** Says of a range of which one end alone was given where the other is; nothing of any other. */
export function openEnd({ value }: Invocation, { now }: App): string[] {
  const [from, to] = [value("from"), value("to")];
  if (from !== undefined && to === undefined) {
    return [`--from ${from} without --to: until now, ${iso(now()).slice(0, "2018-01-01T07:05".length)}Z`];
  }
  if (from === undefined && to !== undefined) {
    return [`--to ${to} without --from: from each asset's beginning`];
  }
  return [];
}

/** Reads the selection from the invocation. @throws {UsageError} */
export function requestOf(invocation: Invocation, app: App, lake: Lake): RunSelection {
  const { words, value, list } = invocation;
  const [from, to, partitions] = [value("from"), value("to"), list("partition")];
  if (partitions.length > 0 && (from ?? to) !== undefined) {
    throw new UsageError(
      "reading the range: found --partition beside --from or --to, wanted one way to name it",
    );
  }
  return {
    assets: chosen(words, lake.graph),
    words,
    lookbackDays: app.lookbackDays,
    ...(partitions.length > 0 && { partitions }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    // Forced by its key, a partition alone is made anew, and not what lies around it.
    ...(invocation.has("force") && { force: true, exact: partitions.length > 0 }),
  };
}
