import { RequestError } from "../errors.ts";
import type { AssetKey } from "../event.ts";
import { DAY } from "../instant.ts";
import type { RunRequest } from "../ports/state.ts";
import { prunable } from "../run/prune.ts";
import { assetRanges, requestOf } from "../run/request.ts";
import { refresh, type Session } from "../run/session.ts";
import { select } from "../selection.ts";

/** A request of a schedule or a sensor: bring a selection up to date. */
export interface MaterializeRequest {
  /** Expressions that choose assets, as commands take them: `["+shop/report"]`. */
  readonly selection: readonly string[];
  /** Dates or times, both inclusive. @default the last DEFAULT_LOOKBACK_DAYS days and today */
  readonly from?: string;
  readonly to?: string;
  /** Keys of single partitions, in the place of bounds. */
  readonly partitions?: readonly string[];
  /** Covers every partition. @default false */
  readonly all?: boolean;
  /** Materializes what is fresh, too. @default false */
  readonly force?: boolean;
  /** The queued run of the highest priority is taken first. @default 0 */
  readonly priority?: number;
}

/** A request of a schedule or a sensor: delete files and forget history whose retention is over. */
export interface PruneRequest {
  readonly prune: {
    /** The number of days for which replaced versions, ended runs and ticks are remembered. */
    readonly history: number;
  };
  readonly priority?: number;
}

/** A run as a schedule or a sensor requests it, before its partitions are known. */
export type AutomationRequest = MaterializeRequest | PruneRequest;

/**
 * Finds the partitions of a request as things stand.
 *
 * @param left The assets that another prunes.
 * @throws {RequestError} If its selection or bounds name nothing.
 */
export async function resolveRequest(
  session: Session,
  request: AutomationRequest,
  lookbackDays: number,
  left: ReadonlySet<AssetKey> = new Set(),
): Promise<RunRequest> {
  await refresh(session);
  const { index, clock } = session;
  index.advance(clock.now());
  const priority = request.priority !== undefined && { priority: request.priority };
  if ("prune" in request) {
    const over = await prunable(session, new Set(index.nodes.map(({ key }) => key)).difference(left));
    const ranges = [...over].flatMap(([node, ranges]) => assetRanges(node, ranges));
    return { command: "prune", ranges, before: clock.now() - request.prune.history * DAY, ...priority };
  }
  const { selection: words, priority: _priority, ...bounds } = request;
  const selected = select(words, {
    assets: index.nodes.map(({ asset }) => asset),
    upstream: (key) => index.node(key).up.map(({ up }) => up.key),
    downstream: (key) => index.node(key).down.map(({ down }) => down.key),
  });
  if (!selected.ok) throw new RequestError(selected.message);
  const resolved = requestOf(index, "materialize", { assets: selected.keys, words, lookbackDays, ...bounds });
  return { ...resolved, asOf: index.now, ...priority };
}
