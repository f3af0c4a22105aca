import { RequestError } from "../errors.ts";
import type { AssetKey, RunId } from "../event.ts";
import { fromOrdinals, ordinals, type Ranges, subtract } from "../partition/ranges.ts";
import type { PartitionRange } from "../partition/range_text.ts";
import type { RunRecord, RunRequest, State } from "../ports/state.ts";
import type { StalenessIndex } from "../staleness/index.ts";
import type { Node } from "../staleness/node.ts";
import { Judge } from "./judge.ts";
import { isOpen } from "./recover.ts";
import { assetRanges, scopeFrom } from "./request.ts";
import { perAsset, type Scope } from "./scope.ts";
import type { Session } from "./session.ts";
import { ownTags, traceable } from "./traced.ts";

/** The partitions that a retry would make, or look at, by asset. */
export interface RetryPreview {
  readonly assets: readonly {
    readonly key: AssetKey;
    readonly partitions: number;
    readonly ranges: readonly PartitionRange[];
  }[];
}

/** The run that retries another, and whether it was queued only now; or one line on why there is nothing to retry. */
export type Retried = { readonly run: RunId; readonly isNew: boolean } | { readonly nothing: string };

/** Events read at a time. */
const PAGE = 10_000;

/**
 * Queues the run that goes on with one that has ended. Each retry has a key of its own, which its place among them gives:
 * two that are typed at once are one.
 *
 * @returns The last retry, where that has not ended.
 * @throws {RequestError} As `retryOf`.
 */
export async function queueRetry(session: Session, id: RunId): Promise<Retried> {
  const { state, index, clock } = session;
  const wanted = await retryOf(state, index, id);
  if ("nothing" in wanted) return wanted;
  const request = traceable(session, wanted);
  for (let place = 1;; place++) {
    const key = place === 1 ? `retry/${id}` : `retry/${id}/${place}`;
    const queued = await state.enqueue({ ...request, key }, clock.now());
    if (queued.isNew || isOpen((await state.run(queued.run))?.run)) return queued;
  }
}

/** What a retry would make, by asset; or why there is nothing to retry. @throws {RequestError} As `retryOf`. */
export async function previewRetry(
  { state, index }: Session,
  id: RunId,
): Promise<RetryPreview | { readonly nothing: string }> {
  const found = await leftOf(state, index, id);
  return "nothing" in found ? found : { assets: perAsset(found.wanted) };
}

/**
 * The request that goes on with a run: over what failed in it or was not reached, and is not fresh by now.
 *
 * @returns Why there is nothing to retry, if so.
 * @throws {RequestError} If there is no such run, it has not ended, or it materialized nothing.
 */
async function retryOf(
  state: State,
  index: StalenessIndex,
  id: RunId,
): Promise<RunRequest | { readonly nothing: string }> {
  const found = await leftOf(state, index, id);
  if ("nothing" in found) return found;
  const { wanted, run } = found;
  const { command, force = false, priority, tags, asOf = run.started } = run.request;
  const own = ownTags(tags);
  return {
    command,
    ...(force && { force }),
    ...(priority !== undefined && { priority }),
    ...(own !== undefined && { tags: own }),
    ranges: [...wanted].flatMap(([node, ranges]) => assetRanges(node, ranges)),
    ...(asOf !== undefined && { asOf }),
    parent: id,
  };
}

/** The partitions of a run that a retry would make. @throws {RequestError} As `retryOf`. */
async function leftOf(
  state: State,
  index: StalenessIndex,
  id: RunId,
): Promise<{ readonly wanted: Scope; readonly run: RunRecord } | { readonly nothing: string }> {
  const found = await state.run(id);
  const refusal = (what: string) => new RequestError(`retrying run ${id}: found ${what}`);
  if (found === undefined) throw refusal("no such run, wanted one that has ended");
  const { run } = found;
  if (run.request.command !== "materialize") {
    throw refusal(`a run of "${run.request.command}", wanted one of "materialize"`);
  }
  if (isOpen(run)) throw refusal(`it ${run.status}, wanted one that has ended`);
  if (run.status === "succeeded") return { nothing: "it succeeded" };
  const left = await leftBy(state, index, run.id, run.request);
  const wanted = new Judge(index, left, run.request.force ?? false).candidates();
  return wanted.size === 0 ? { nothing: "all that it left is fresh by now" } : { wanted, run };
}

/** The partitions that a run covers and did not make, or that failed after they were made. */
async function leftBy(
  state: State,
  index: StalenessIndex,
  run: RunId,
  request: RunRequest,
): Promise<Map<Node, Ranges>> {
  const made = new Map<Node, Set<number>>();
  for (let after = 0;;) {
    const page = await state.events(run, { after, limit: PAGE });
    for (const event of page) {
      const node = index.find(event.asset);
      if (node === undefined) continue;
      const own = made.get(node) ?? new Set();
      made.set(node, own);
      if (event.kind === "materialized") own.add(event.partition);
      if (event.kind === "failed") { for (const partition of ordinals([event])) own.delete(partition); }
    }
    if (page.length < PAGE) break;
    after = page.at(-1)!.seq;
  }
  const covered = [...scopeFrom(index, request)];
  return new Map(
    covered.map(([node, ranges]) => [node, subtract(ranges, fromOrdinals(made.get(node) ?? []))]),
  );
}
