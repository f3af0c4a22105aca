import { type CheckResult, FILES_INTACT } from "../check.ts";
import type { NewEvent } from "../event.ts";
import { normalize, type Ranges, subtract } from "../partition/ranges.ts";
import type { FileRef } from "../ports/publisher.ts";
import type { StandingRecord } from "../ports/state.ts";
import { membersOf, type Node } from "../staleness/node.ts";
import { commit, type Session } from "./session.ts";

/** For each partition with files: whether they are those that were published. */
export async function filesIntact(
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
    results.set(
      partition,
      intact[place] ? { check: FILES_INTACT, severity: "blocking", passed: true } : notIntact(file),
    );
  }
  return results;
}

/** The result for a partition one of whose files is not what it was published as. */
export function notIntact({ path }: FileRef): CheckResult {
  const detail = `found "${path}" missing or with other bytes, wanted the file that was published`;
  return { check: FILES_INTACT, severity: "blocking", passed: false, detail };
}

/** Compares what failed partitions read with its files: who reads a damaged file may be the first to notice. */
export async function verifyInputs(session: Session, node: Node, failed: Ranges): Promise<void> {
  for (const edge of node.up) {
    if (edge.mode === "present") continue;
    await verify(session, edge.up, normalize(membersOf(edge, failed, session.index.now)));
  }
}

/**
 * Compares partitions with their files, ascending, and records which are damaged.
 *
 * @param most After so many bytes it ends.
 * @returns The last partition that was compared, how many bytes were, and which were damaged, ascending.
 */
export async function verify(
  session: Session,
  node: Node,
  partitions: Ranges,
  most = Infinity,
): Promise<{ readonly last: number; readonly size: number; readonly damaged: readonly number[] }> {
  const { state, clock } = session;
  // Who is at work on a partition may just be publishing it.
  const busy = normalize((await state.claims()).filter(({ asset }) => asset === node.key));
  const promised = (await state.standing(node.key, subtract(partitions, busy))).filter(({ expired }) =>
    !expired
  );
  const { records, size } = upTo(most, promised);
  const last = records.length < promised.length ? records.at(-1)!.partition : partitions.at(-1)?.to ?? 0;
  const failed = [...await filesIntact(session, records)].filter(([, { passed }]) => !passed);
  const damaged = failed.map(([partition]) => partition);
  if (damaged.length === 0) return { last, size, damaged };
  const found = new Map(records.map((record) => [record.partition, record]));
  const events = failed.map(([partition, result]): NewEvent => {
    const { event, seq: of } = found.get(partition)!;
    const checks = [result, ...event.checks.filter(({ check }) => check !== FILES_INTACT)];
    return { kind: "checked", asset: node.key, at: clock.now(), run: null, partition, of, checks };
  });
  await commit(session, { claim: null, events });
  return { last, size, damaged };
}

/** The first of the records, the last of which goes beyond so many bytes. */
function upTo(
  bytes: number,
  all: readonly StandingRecord[],
): { records: readonly StandingRecord[]; size: number } {
  let size = 0;
  for (const [place, { event: { payload: { files } } }] of all.entries()) {
    for (const file of files) size += file.size;
    if (size >= bytes) return { records: all.slice(0, place + 1), size };
  }
  return { records: all, size };
}
