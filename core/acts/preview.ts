import { type WouldBeBlocked, wouldBeBlocked } from "../backfill/blocked.ts";
import { requestsOf } from "../backfill/requests.ts";
import { type PlannedStep, planOf } from "../plan.ts";
import type { PartitionRange } from "../partition/range_text.ts";
import { count, normalize } from "../partition/ranges.ts";
import { awaited } from "../run/awaited.ts";
import { reportLine, unreported } from "../run/external.ts";
import { heldBack } from "../run/held_back.ts";
import { Judge } from "../run/judge.ts";
import { earlierOf } from "../run/rollback.ts";
import { perAsset, type Scope } from "../run/scope.ts";
import type { Session } from "../run/session.ts";
import { failuresOverFresh, type Warning, warningLines } from "../warnings.ts";
import type { AssetKey } from "../event.ts";
import { type ActCommand, type ActRequest, onePartition, scopeOfAct } from "./act_request.ts";

/** How an act would go as things stand, before anybody does it. */
export interface Preview {
  readonly command: ActCommand;
  /** How many it is about: to be made, checked, forgotten or put back. */
  readonly partitions: number;
  readonly assets: readonly {
    readonly key: AssetKey;
    readonly partitions: number;
    readonly ranges: readonly PartitionRange[];
  }[];
  /** Of a materialization: its steps, with every cause. */
  readonly steps: readonly PlannedStep[];
  /** Of a materialization: how many more of the selection read these, and are made where their content changes. */
  readonly mayFollow: number;
  /** The requests to a source that it is likely to take; null where that cannot be told. */
  readonly requests: number | null;
  /** At the source's pace, at least; null where that cannot be told. */
  readonly leastSeconds: number | null;
  readonly blocked: readonly WouldBeBlocked[];
  /** Of a rollback: the version that goes and the one that comes. */
  readonly versions?: { readonly from: string; readonly to: string; readonly rows: number | null };
  /** Why there is nothing to do, in a line. */
  readonly nothing?: string;
  readonly warnings: readonly string[];
}

/** The pace at which requests may be made, and who waits for the answer. */
export interface PreviewOptions {
  /** How long so many requests to the source take at least, at its pace, in seconds. @default no time */
  readonly leastSeconds?: ((requests: number) => number) | undefined;
  readonly signal?: AbortSignal;
}

/** Says what an act would do; the index must be up to date. @throws {RequestError} If it cannot be meant. */
export async function previewOf(
  session: Session,
  act: ActRequest,
  options: PreviewOptions = {},
): Promise<Preview> {
  const scope = scopeOfAct(session.index, act.command, act.selection);
  if (act.command === "materialize") return await making(session, act, scope, options);
  if (act.command === "rollback") return await rollingBack(session, act, scope);
  const about = aboutOf(act.command, scope);
  return about.partitions > 0 ? about : { ...about, nothing: "nothing that is selected stands" };
}

/** An act about a scope, that asks no source. */
function aboutOf(command: ActCommand, scope: Scope): Preview {
  return {
    command,
    partitions: total(scope),
    assets: perAsset(scope),
    steps: [],
    mayFollow: 0,
    requests: 0,
    leastSeconds: 0,
    blocked: [],
    warnings: [],
  };
}

async function making(
  session: Session,
  { command, selection }: ActRequest,
  scope: Scope,
  { leastSeconds = () => 0, signal = new AbortController().signal }: PreviewOptions,
): Promise<Preview> {
  const { index } = session;
  const { force = false } = selection;
  const judge = new Judge(index, scope, force);
  const wanted = new Map(
    [...scope].map(([node, ranges]) => [node, normalize(judge.wanted(node, ranges))] as const)
      .filter(([, ranges]) => ranges.length > 0),
  );
  const { requests, untold } = await requestsOf(session, wanted, [wanted], signal);
  const partitions = total(wanted);
  const unmade = unreported(index, scope).map((each) => `${each.node.key}: ${reportLine(each)}`);
  const held = force ? new Map<AssetKey, readonly Warning[]>() : heldBack(index, scope);
  const failed = [...force ? [] : scope].map(([node, ranges]) =>
    [node.key, failuresOverFresh(index, node, ranges)] as const
  );
  return {
    ...aboutOf(command, wanted),
    steps: planOf(index, scope, force),
    mayFollow: Math.max(0, total(judge.candidates()) - partitions),
    requests,
    leastSeconds: requests === null ? null : Math.ceil(leastSeconds(requests)),
    blocked: wouldBeBlocked(index, wanted),
    ...(partitions === 0 && { nothing: nothingText(scope, held.size === 0) }),
    warnings: [
      ...untold === undefined ? [] : [`the requests cannot be told: ${untold}`],
      ...unmade,
      ...warningLines(awaited(index, selection)),
      ...warningLines(held),
      ...warningLines(failed),
    ],
  };
}

function nothingText(scope: Scope, isAll: boolean): string {
  if (scope.size === 0) return "nothing to do: no partition that exists is asked for";
  return `nothing to do: everything ${isAll ? "selected" : "else that is selected"} is fresh`;
}

async function rollingBack(
  session: Session,
  { command, selection }: ActRequest,
  scope: Scope,
): Promise<Preview> {
  const { index } = session;
  const [node, partition] = onePartition(scope, scopeOfAct(index, "materialize", selection));
  const about = aboutOf(command, scope);
  const found = await earlierOf(session.state, node, partition);
  if ("reason" in found) return { ...about, nothing: found.reason };
  const { current, earlier, alike } = found;
  const versions = {
    from: current.event.dataVersion,
    to: earlier.dataVersion,
    rows: earlier.payload.rows,
  };
  const isKept = await isKeptWhole(session, alike);
  return isKept
    ? { ...about, versions }
    : { ...about, versions, nothing: `version "${earlier.dataVersion}" is not kept any more` };
}

async function isKeptWhole(
  { upkeep }: Session,
  versions: readonly {
    readonly dataVersion: string;
    readonly payload: { readonly files: readonly File[] };
  }[],
): Promise<boolean> {
  if (upkeep === undefined) return true;
  for (const { dataVersion, payload: { files } } of versions) {
    const kept = await upkeep.versions.keeps(files.map((ref) => ({ ref, dataVersion })));
    if (kept.every((each) => each)) return true;
  }
  return false;
}

type File = Parameters<NonNullable<Session["upkeep"]>["versions"]["keeps"]>[0][number]["ref"];

function total(scope: Scope): number {
  return [...scope.values()].reduce((sum, ranges) => sum + count(ranges), 0);
}
