import { type CheckResult, FILES_INTACT } from "../check.ts";
import type { Checked } from "../event.ts";
import { fromOrdinals, normalize, type Ranges, subtract } from "../partition/ranges.ts";
import type { FileRef } from "../ports/publisher.ts";
import type { MaterializationRecord, State } from "../ports/state.ts";
import { membersOf, type Node } from "../staleness/node.ts";
import { registered } from "./registered.ts";
import { commit, type Session } from "./session.ts";

/** How files are compared with what was recorded: by their bytes, or by their sizes alone. */
export type Comparing = "intact" | "present";

/** For each partition with files: whether they are those that were published. */
export async function filesIntact(
  session: Session,
  node: Node,
  records: readonly MaterializationRecord[],
  by: Comparing = "intact",
): Promise<Map<number, CheckResult>> {
  const files = records.flatMap(({ partition, event }) =>
    event.payload.files.map((file) => ({ partition, file }))
  );
  const intact = await session.publisher[by](files.map(({ file }) => file));
  const results = await registered(session, node, records);
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
    const members = normalize(membersOf(edge, failed, session.index.now));
    const { damaged } = await verify(session, edge.up, members);
    if (damaged.length > 0) await commit(session, { claim: null, events: damaged });
  }
}

/** The result of comparing partitions with their files. */
export interface Verified {
  /** The last partition that was compared. */
  readonly last: number;
  /** How many bytes were. */
  readonly size: number;
  /** Those that are damaged, ascending, as it is to be recorded. */
  readonly damaged: readonly Checked[];
}

/**
 * Compares partitions with their files, ascending; records nothing.
 *
 * @param most After so many bytes it ends.
 * @param by How.
 */
export async function verify(
  session: Session,
  node: Node,
  partitions: Ranges,
  { most = Infinity, by = "intact" }: { readonly most?: number; readonly by?: Comparing } = {},
): Promise<Verified> {
  const { state, clock } = session;
  const promised = await promisedBy(state, node, partitions);
  const { records, size } = upTo(most, promised);
  const last = records.length < promised.length ? records.at(-1)!.partition : partitions.at(-1)?.to ?? 0;
  const failed = [...await filesIntact(session, node, records, by)].filter(([, { passed }]) => !passed);
  if (failed.length === 0) return { last, size, damaged: [] };
  // Who published meanwhile replaced the file that was compared.
  const still = await promisedBy(state, node, fromOrdinals(failed.map(([partition]) => partition)));
  const stands = new Map(still.map((record) => [record.partition, record.seq]));
  const damaged = failed.flatMap(([partition, result]): Checked[] => {
    const { event, seq: of } = records.find((record) => record.partition === partition)!;
    if (stands.get(partition) !== of) return [];
    const checks = [result, ...event.checks.filter(({ check }) => check !== FILES_INTACT)];
    return [{ kind: "checked", asset: node.key, at: clock.now(), run: null, partition, of, checks }];
  });
  return { last, size, damaged };
}

/** The latest materializations with files that nobody is at work on: a running step may just be publishing others. */
async function promisedBy(state: State, node: Node, partitions: Ranges): Promise<MaterializationRecord[]> {
  const busy = normalize((await state.claims()).filter(({ asset }) => asset === node.key));
  return (await state.materializations(node.key, subtract(partitions, busy))).filter(({ expired }) =>
    !expired
  );
}

/** The first of the records, the last of which goes beyond so many bytes. */
function upTo(
  bytes: number,
  all: readonly MaterializationRecord[],
): { records: readonly MaterializationRecord[]; size: number } {
  let size = 0;
  for (const [place, { event: { payload: { files } } }] of all.entries()) {
    for (const file of files) size += file.size;
    if (size >= bytes) return { records: all.slice(0, place + 1), size };
  }
  return { records: all, size };
}
