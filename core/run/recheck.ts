import type { Audited, CheckResult } from "../check.ts";
import type { AssetKey } from "../event.ts";
import { chunks, type Range } from "../partition/ranges.ts";
import type { StandingRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { audit } from "./audit.ts";
import { Inputs, onceStill } from "./inputs.ts";
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
  const results = await onceStill(session, signal, async () => {
    await refresh(session);
    return await audit(session, node, outputs, new Inputs(session, node, [range]), signal);
  });
  for (const [partition, intact] of await filesIntact(session, records)) {
    results.get(partition)!.unshift(intact);
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

/** For each partition with files: whether they are those that were published. */
async function filesIntact(
  { publisher }: Session,
  records: readonly StandingRecord[],
): Promise<Map<number, CheckResult>> {
  const files = records.flatMap(({ partition, event }) =>
    event.payload.files.map((file) => ({ partition, file }))
  );
  const intact = await publisher.intact(files.map(({ file }) => file));
  const results = new Map<number, CheckResult>();
  for (const [place, { partition, file }] of files.entries()) {
    if (results.get(partition)?.passed === false) continue;
    const common = { check: "files_intact", severity: "blocking" as const };
    const detail = `found "${file.path}" missing or with other bytes, wanted the file that was published`;
    results.set(
      partition,
      intact[place] ? { ...common, passed: true } : { ...common, passed: false, detail },
    );
  }
  return results;
}

function audited(node: Node, { partition, event }: StandingRecord): Audited {
  const { dataVersion, payload: { files, rows, metadata } } = event;
  return { partition, key: node.set.key(partition), dataVersion, rows, metadata, files };
}
