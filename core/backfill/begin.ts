import { RequestError } from "../errors.ts";
import { count } from "../partition/ranges.ts";
import type { BackfillId, BackfillRequest, Lack } from "../ports/state.ts";
import { assetRanges } from "../run/request.ts";
import { type RunSelection, scopeOf } from "../run/scope.ts";
import type { Session } from "../run/session.ts";
import { batchesOf } from "./batches.ts";
import { type WouldBeBlocked, wouldBeBlocked } from "./blocked.ts";
import { requestsOf } from "./requests.ts";
import { wantedOf } from "./wanted.ts";

/** The partitions to backfill, and how. */
export interface BackfillSelection extends RunSelection {
  readonly words: readonly string[];
  readonly from: string;
  readonly to: string;
  /** @default all of them, with what may become stale by it */
  readonly only?: readonly Lack[];
  /** @default false */
  readonly oldestFirst?: boolean;
  /** How long so many requests to the source take at least, at its pace, in seconds. */
  readonly leastSeconds: (requests: number) => number;
}

/** A backfill as it would begin. */
export interface PlannedBackfill extends Pick<BackfillRequest, "requests" | "leastSeconds"> {
  readonly partitions: number;
  /** By asset, how many of them. */
  readonly assets: readonly { readonly key: string; readonly partitions: number }[];
  readonly batches: number;
  /** Those that would be blocked as things stand. */
  readonly blocked: readonly WouldBeBlocked[];
  /** Why the requests could not be told, in a line. */
  readonly untold?: string;
  /** Stores it: from then on it goes on by itself. */
  begin(): Promise<BackfillId>;
}

/** Says what a backfill would do as things stand; the index must be up to date. @throws {RequestError} */
export async function planBackfill(
  session: Session,
  selection: BackfillSelection,
  signal: AbortSignal,
): Promise<PlannedBackfill> {
  const { index, state, clock } = session;
  const { words, from, to, only, oldestFirst = false } = selection;
  const wanted = wantedOf(index, scopeOf(index, selection), only);
  const batches = batchesOf(wanted, { oldestFirst, now: index.now });
  const assets = [...wanted].map(([{ key }, ranges]) => ({ key, partitions: count(ranges) }));
  const total = assets.reduce((sum, { partitions }) => sum + partitions, 0);
  const { requests, untold } = await requestsOf(session, wanted, batches, signal);
  const leastSeconds = requests === null ? null : Math.ceil(selection.leastSeconds(requests));
  const request: BackfillRequest = {
    selection: words,
    from,
    to,
    ...(only && { only }),
    ...(oldestFirst && { oldestFirst }),
    total,
    requests,
    leastSeconds,
    seq: index.seq,
  };
  return {
    partitions: total,
    assets,
    batches: batches.length,
    blocked: wouldBeBlocked(index, wanted),
    requests,
    leastSeconds,
    ...(untold !== undefined && { untold }),
    async begin() {
      if (total === 0) throw new RequestError("backfilling: found nothing to make, wanted partitions");
      const ranges = batches.map((batch) => [...batch].flatMap(([node, each]) => assetRanges(node, each)));
      return await state.backfills.begin(request, ranges, clock.now());
    },
  };
}
