import { type CheckResult, FILES_INTACT } from "../check.ts";
import type { NewEvent } from "../event.ts";
import { fromOrdinals, normalize, type Ranges, subtract } from "../partition/ranges.ts";
import type { FileRef } from "../ports/publisher.ts";
import { type StandingRecord, STANDS } from "../ports/state.ts";
import { membersOf, type Node } from "../staleness/node.ts";
import { commit, type Session } from "./session.ts";

/** So many of the newest publications are looked at when a state is opened for writing. */
const NEWEST = 200;

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

/**
 * Compares the newest publications, and those of assets without partitions, with their files, and records which are
 * damaged: so that a lake that went on without its state, or lost files, is not taken for what it was.
 */
export async function verifyNewest(session: Session): Promise<void> {
  for (const [node, partitions] of await newest(session)) {
    await verify(session, node, fromOrdinals(partitions));
  }
}

/** Compares what failed partitions read with its files: who reads a damaged file may be the first to notice. */
export async function verifyInputs(session: Session, node: Node, failed: Ranges): Promise<void> {
  for (const edge of node.up) {
    if (edge.mode === "present") continue;
    await verify(session, edge.up, normalize(membersOf(edge, failed, session.index.now)));
  }
}

async function verify(session: Session, node: Node, partitions: Ranges): Promise<void> {
  const { state, clock } = session;
  // Who is at work on a partition may just be publishing it.
  const busy = normalize((await state.claims()).filter(({ asset }) => asset === node.key));
  const records = (await state.standing(node.key, subtract(partitions, busy))).filter(({ expired }) =>
    !expired
  );
  const damaged = [...await filesIntact(session, records)].filter(([, { passed }]) => !passed);
  if (damaged.length === 0) return;
  const found = new Map(records.map((record) => [record.partition, record]));
  const events = damaged.map(([partition, result]): NewEvent => {
    const { event, seq: of } = found.get(partition)!;
    const checks = [result, ...event.checks.filter(({ check }) => check !== FILES_INTACT)];
    return { kind: "checked", asset: node.key, at: clock.now(), run: null, partition, of, checks };
  });
  await commit(session, { claim: null, events });
}

async function newest({ state, index }: Session): Promise<Map<Node, Set<number>>> {
  const found = new Map<Node, Set<number>>();
  const add = (node: Node, partition: number) => {
    const chunk = node.rows.find(partition);
    if (chunk?.status[partition - chunk.first] !== STANDS) return;
    found.set(node, (found.get(node) ?? new Set()).add(partition));
  };
  for (const node of index.nodes) if (node.set.spec.type === "single") add(node, 0);
  for (const event of await state.since(Math.max(0, index.seq - NEWEST))) {
    if (event.kind !== "materialized" || event.payload.files.length === 0) continue;
    const node = index.find(event.asset);
    if (node !== undefined) add(node, event.partition);
  }
  return found;
}
