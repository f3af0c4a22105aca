import type { Audited, CheckResult } from "../check.ts";
import type { AssetKey } from "../event.ts";
import { chunks, type Range } from "../partition/ranges.ts";
import type { FileRef } from "../ports/publisher.ts";
import type { StandingRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { audit } from "./audit.ts";
import { Inputs, InputsMoved } from "./inputs.ts";
import type { Scope } from "./scope.ts";
import { commit, refresh, type Session } from "./session.ts";

/** What the checks found of one standing partition. */
export interface Rechecked {
  readonly asset: AssetKey;
  readonly partition: string | null;
  readonly results: readonly CheckResult[];
}

/** Runs the checks of a scope on what stands and looks at its files, a batch at a time, and records what is found. */
export async function recheck(session: Session, scope: Scope, signal: AbortSignal): Promise<Rechecked[]> {
  const found: Rechecked[] = [];
  for (const [node, ranges] of scope) {
    for (const range of chunks(ranges, node.asset.batch.most)) {
      signal.throwIfAborted();
      found.push(...await recheckBatch(session, node, range, signal));
    }
  }
  return found;
}

async function recheckBatch(
  session: Session,
  node: Node,
  range: Range,
  signal: AbortSignal,
): Promise<Rechecked[]> {
  const { state, clock } = session;
  const records = (await state.standing(node.key, [range])).filter(({ expired }) => !expired);
  if (records.length === 0) return [];
  const outputs = records.map((record) => audited(node, record));
  const results = await unmoved(
    session,
    () => audit(session, node, outputs, new Inputs(session, node, range), signal),
  );
  for (const { partition, event } of records) {
    const intact = await filesIntact(session, event.payload.files);
    if (intact !== undefined) results.get(partition)!.unshift(intact);
  }
  const at = clock.now();
  const checked = [...results].filter(([, checks]) => checks.length > 0);
  await commit(session, {
    claim: null,
    events: checked.map(([partition, checks]) => ({
      kind: "checked",
      asset: node.key,
      at,
      run: null,
      partition,
      checks,
    })),
  });
  return checked.map(([partition, results]) => ({
    asset: node.key,
    partition: node.set.key(partition),
    results,
  }));
}

/** Whether the files of a partition are those that were published; undefined where it has none. */
async function filesIntact(
  { publisher }: Session,
  files: readonly FileRef[],
): Promise<CheckResult | undefined> {
  if (files.length === 0) return undefined;
  const intact = await publisher.intact(files);
  const other = files.find((_, place) => !intact[place]);
  if (other === undefined) return { check: "files_intact", severity: "blocking", passed: true };
  const detail = `found "${other.path}" missing or with other bytes, wanted the file that was published`;
  return { check: "files_intact", severity: "blocking", passed: false, detail };
}

/** Tries again for as long as what is read moves meanwhile. */
async function unmoved<T>(session: Session, act: () => Promise<T>): Promise<T> {
  for (;;) {
    await refresh(session);
    try {
      return await act();
    } catch (cause) {
      if (!(cause instanceof InputsMoved)) throw cause;
    }
  }
}

function audited(node: Node, { partition, event }: StandingRecord): Audited {
  const { dataVersion, payload: { files, rows, metadata } } = event;
  return { partition, key: node.set.key(partition), dataVersion, rows, metadata, files };
}
