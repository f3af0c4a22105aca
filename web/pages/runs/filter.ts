import type { AssetKey, RunCommand, RunFilter, RunStatus } from "../../../core/mod.ts";
import { dayOf } from "../../view/days.ts";
import { daysIn, givenIn, numberIn, oneOf } from "../../view/given.ts";
import type { View } from "../../view/view.ts";

/** The statuses of runs, those that go on first. */
export const STATUSES: readonly RunStatus[] = [
  "running",
  "queued",
  "failed",
  "interrupted",
  "cancelled",
  "succeeded",
];

/** The commands of runs. */
export const COMMANDS: readonly RunCommand[] = [
  "materialize",
  "check",
  "rollback",
  "wipe",
  "prune",
  "drop",
  "rebuild",
];

/** A filter of runs as the page's address has it. */
export interface Asked {
  readonly status: RunStatus | undefined;
  readonly command: RunCommand | undefined;
  readonly asset: string | undefined;
  /** Days of the viewer's zone, both inclusive. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** The page after this run. */
  readonly before: number | undefined;
}

/**
 * Reads the filter in the page's address.
 *
 * @param assets Those that runs may be of.
 * @throws {RequestError} If something cannot be meant.
 */
export function askedIn(
  { url: { searchParams: given } }: Pick<View, "url">,
  assets: ReadonlySet<AssetKey>,
): Asked {
  return {
    status: oneOf(given, "status", STATUSES),
    command: oneOf(given, "command", COMMANDS),
    asset: givenIn(given, "asset", { isMeant: (key) => assets.has(key), wanted: "an asset of this lake" }),
    ...daysIn(given),
    before: numberIn(given, "before"),
  };
}

/** Whether some runs are not meant, wherever the page begins. */
export function isNarrow({ before: _, ...asked }: Asked): boolean {
  return Object.values(asked).some((each) => each !== undefined);
}

/** The same as a state is asked. */
export function filterOf(view: Pick<View, "zone">, { status, command, asset, from, to, before }: Asked) {
  const since = from === undefined ? undefined : dayOf(view, from)?.start;
  const until = to === undefined ? undefined : dayOf(view, to)?.end;
  const filter: RunFilter = {
    ...(status !== undefined && { statuses: [status] }),
    ...(command !== undefined && { command }),
    ...(asset !== undefined && { asset }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(before !== undefined && { before }),
  };
  return filter;
}
