import type { Audited, CheckResult } from "../check.ts";
import type { AssetKey, RunId } from "../event.ts";
import { chunks, type OrdinalRange } from "../partition/ranges.ts";
import type { Json } from "../ports/key_value.ts";
import type { MaterializationRecord, RunRequest } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { audit } from "./audit.ts";
import { Inputs, onceStill } from "./inputs.ts";
import { warnOfRolledBack } from "./rolled_back.ts";
import { filesIntact } from "./intact.ts";
import { recorded } from "./recorded.ts";
import { scopeFrom } from "./request.ts";
import type { Scope } from "./scope.ts";
import { commit, refresh, type Session } from "./session.ts";

/** The results of the checks on one materialized partition. */
export interface Rechecked {
  readonly asset: AssetKey;
  readonly partition: string | null;
  readonly results: readonly CheckResult[];
}

/** Runs the checks on what stands and looks at its files, a batch at a time, and records what is found. */
export async function recheck(
  session: Session,
  request: RunRequest,
  cancelled: AbortSignal,
): Promise<Rechecked[]> {
  const scope = [...scopeFrom(session.index, request)];
  if (scope.every(([node, ranges]) => node.rows.materialized(ranges) === 0)) return [];
  return await recorded(
    session,
    request,
    (run, signal) => recheckScope(session, run, new Map(scope), signal),
    { succeeded: isSound, summary: recheckedJson, signal: cancelled },
  );
}

/** Runs the checks on what stands of a scope. */
export async function recheckScope(
  session: Session,
  run: RunId,
  scope: Scope,
  signal: AbortSignal,
): Promise<Rechecked[]> {
  const found: Rechecked[] = [];
  for (const [node, ranges] of scope) {
    for (const range of chunks(ranges, node.asset.batch.most)) {
      signal.throwIfAborted();
      found.push(...await recheckBatch(session, run, node, range, signal));
    }
  }
  return found;
}

/** Whether no blocking check failed. */
export function isSound(found: readonly Rechecked[]): boolean {
  return found.every(({ results }) => results.every(isPassed));
}

/** At most so many failures are kept with a run; the events hold all. */
const KEPT = 50;

/** The record of a run that checked. */
export function recheckedJson(found: readonly Rechecked[]): Json {
  const results = found.flatMap(({ asset, partition, results }) =>
    results.map((result) => ({ asset, partition, ...result }))
  );
  const failed = results.filter(({ passed }) => !passed);
  const errors = failed.filter((each) => !isPassed(each)).slice(0, KEPT).map((
    { asset, partition, check, detail },
  ) => ({
    asset,
    partition,
    message: `blocking check "${check}" failed${detail === undefined ? "" : `: ${detail}`}`,
  }));
  const counts = {
    partitions: found.length,
    passed: results.length - failed.length,
    failed: failed.length,
  };
  return { counts, ...(errors.length > 0 && { errors }) };
}

const isPassed = ({ passed, severity }: Pick<CheckResult, "passed" | "severity">) =>
  passed || severity !== "blocking";

async function recheckBatch(
  session: Session,
  run: RunId,
  node: Node,
  range: OrdinalRange,
  signal: AbortSignal,
): Promise<Rechecked[]> {
  const { state, clock } = session;
  const records = (await state.materializations(node.key, [range])).filter(({ expired }) => !expired);
  if (records.length === 0) return [];
  const outputs = records.map((record) => audited(node, record));
  const results = await onceStill(session, signal, async () => {
    await refresh(session);
    return await audit(session, node, outputs, new Inputs(session, node, [range]), signal);
  });
  for (const [partition, intact] of await filesIntact(session, node, records)) {
    results.get(partition)!.unshift(intact);
  }
  await warnOfRolledBack(session, node, records, results);
  const at = clock.now();
  const numbers = new Map(records.map(({ partition, seq }) => [partition, seq]));
  const checked = [...results].filter(([, checks]) => checks.length > 0);
  await commit(session, {
    claim: null,
    events: checked.map(([partition, checks]) => ({
      kind: "checked",
      asset: node.key,
      at,
      run,
      partition,
      of: numbers.get(partition)!,
      checks,
    })),
  });
  return checked.map(([partition, results]) => ({
    asset: node.key,
    partition: node.set.key(partition),
    results,
  }));
}

function audited(node: Node, { partition, event }: MaterializationRecord): Audited {
  const { dataVersion, payload: { files, rows, metadata } } = event;
  return { partition, key: node.set.key(partition), dataVersion, rows, metadata, files };
}
