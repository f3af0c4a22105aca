import { RequestError } from "../errors.ts";
import type { RunRequest } from "../ports/state.ts";
import { count } from "../partition/ranges.ts";
import { materializedIn, type Node } from "../staleness/node.ts";
import { assetRanges, requestOf } from "../run/request.ts";
import { requireOwn } from "../run/rollback.ts";
import { type RunSelection, type Scope, scopeOf } from "../run/scope.ts";
import type { StalenessIndex } from "../staleness/index.ts";

/** What somebody requests who does not do it, as at a page: it is queued. */
export type ActCommand = "materialize" | "check" | "wipe" | "rollback";

/** A run as somebody requests it, before its partitions are known. */
export interface ActRequest {
  readonly command: ActCommand;
  readonly selection: RunSelection;
  /** Names it for good: requested twice, it is one run. */
  readonly key?: string;
}

/**
 * The priority of what somebody asks for at a page: somebody waits for it, so it goes before what is asked for by itself
 * (0) and before backfills (-1). Schedules and sensors that declare more are still more urgent.
 */
const PRIORITY = 1;

/** The tag of such runs: whoever has one at work is somebody who works off the queue. */
const TAGS = { by: "web" } as const;

/** Keys of one's own are apart from those that the engine gives. */
const KEYS = "web/";

/** The run that an act requests, as things stand; the index must be up to date. @throws {RequestError} */
export function runOf(index: StalenessIndex, { command, selection, key }: ActRequest): RunRequest {
  const request = { ...requestOf(index, command, selection), ranges: rangesOf(index, command, selection) };
  return {
    ...request,
    ...(command === "materialize" && { asOf: index.now }),
    ...(key !== undefined && { key: `${KEYS}${key}` }),
    priority: PRIORITY,
    tags: TAGS,
  };
}

/** The partitions that an act is about: of what stands, where it does nothing to others. @throws {RequestError} */
export function scopeOfAct(index: StalenessIndex, command: ActCommand, selection: RunSelection): Scope {
  const scope = scopeOf(index, selection);
  if (command === "materialize") return scope;
  const stands = [...scope].map(([node, ranges]) => [node, materializedIn(node, ranges)] as const)
    .filter(([, ranges]) => ranges.length > 0);
  return new Map(stands);
}

function rangesOf(index: StalenessIndex, command: ActCommand, selection: RunSelection) {
  const scope = scopeOfAct(index, command, selection);
  if (command === "rollback") {
    const [node, partition] = onePartition(scope, scopeOf(index, selection));
    return assetRanges(node, [{ from: partition, to: partition }]);
  }
  const ranges = [...scope].flatMap(([node, each]) => assetRanges(node, each));
  if (ranges.length > 0) return ranges;
  const wanted = command === "materialize" ? "one that exists by now" : "one that is materialized";
  throw new RequestError(`asking for "${command}": found no such partition, wanted ${wanted}`);
}

/** The partition to roll back. @throws {RequestError} If it is not one, or nothing stands there. */
export function onePartition(scope: Scope, asked: Scope): readonly [Node, number] {
  const found = [...asked.values()].reduce((sum, ranges) => sum + count(ranges), 0);
  if (found !== 1) {
    throw new RequestError(`rolling back: found ${found} partitions, wanted one of one asset`);
  }
  const [[own]] = [...asked] as [[Node, unknown]];
  requireOwn(own);
  const [[node, [range]] = [own, []]] = scope;
  if (range !== undefined) return [node, range.from];
  throw new RequestError(
    `rolling back "${own.key}": nothing stands, wanted a partition that is materialized`,
  );
}
