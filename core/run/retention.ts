import { RequestError } from "../errors.ts";
import { StateError, type TakenRun } from "../ports/state.ts";
import { forget } from "./forget.ts";
import { pruneNode } from "./prune.ts";
import { scopeFrom } from "./request.ts";
import { messageOf, refresh, type Session, UnknownOutcomeError } from "./session.ts";
import type { RunResult } from "./tally.ts";

/**
 * Does a queued `prune`: deletes files whose retention is over and what dead runs left, and forgets what happened before
 * the request says. It can be done again after a kill.
 *
 * @throws {RequestError} If another run is at work on those partitions, or a file cannot be deleted.
 */
export async function retain(session: Session, taken: TakenRun): Promise<RunResult> {
  try {
    return await retained(session, taken);
  } catch (cause) {
    if ([RequestError, StateError, UnknownOutcomeError].some((own) => cause instanceof own)) throw cause;
    throw new RequestError(`pruning: ${messageOf(session, cause)}`, { cause });
  }
}

async function retained(session: Session, { id, request }: TakenRun): Promise<RunResult> {
  const { state, clock, index, upkeep } = session;
  await refresh(session);
  index.advance(clock.now());
  const assets: Record<string, number> = {};
  for (const [node, ranges] of scopeFrom(index, request)) {
    if (node.asset.retention !== null) assets[node.key] = await pruneNode(session, id, node, ranges);
  }
  const staged = await upkeep?.sweep() ?? 0;
  const forgotten = upkeep === undefined || request.before === undefined
    ? {}
    : await forget(state, { before: request.before, versions: upkeep.versions });
  await state.endRun(id, "succeeded", { assets, staged, ...forgotten }, clock.now());
  await refresh(session);
  const counts = { materialized: 0, unchanged: 0, failed: 0, blocked: 0 };
  return { run: id, status: "succeeded", counts, assets: [], errors: [], warnings: [] };
}
