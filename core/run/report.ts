import type { Observation } from "../asset.ts";
import type { NewEvent } from "../event.ts";
import { memberFingerprint } from "../fingerprint.ts";
import type { FileRef } from "../ports/publisher.ts";
import type { Node } from "../staleness/node.ts";
import { RequestError } from "../errors.ts";
import { partitionOf } from "./scope.ts";
import { commit, type Session } from "./session.ts";

/** One partition of an external asset, as others wrote it. */
export interface Report extends Omit<Observation, "partition"> {
  /** Its key; null for the only one. */
  readonly partition: string | null;
  /** Paths below the lake's root. */
  readonly files?: readonly string[];
}

/**
 * Records what others wrote of an external asset, its files as they stand in the lake.
 *
 * @returns For each partition, whether its content is new.
 * @throws {RequestError} If the asset is not external or is looked for, a partition does not exist yet, or a file is not there or
 * another asset's.
 */
export async function report(session: Session, node: Node, reports: readonly Report[]): Promise<boolean[]> {
  const partitions = reportable(session, node, reports);
  await requireOthers(session, node, reports.flatMap(({ files = [] }) => files));
  const files = await Promise.all(reports.map(({ files = [] }) => measured(session, node, files)));
  const events = reports.map((each, place) =>
    reported(session, node, { ...each, partition: partitions[place]! }, files[place]!)
  );
  await commit(session, { claim: null, events });
  return partitions.map((partition) => hasChanged(node, partition));
}

/** The event that records a partition of an external asset. */
export function reported(
  { index, clock }: Session,
  node: Node,
  { partition, dataVersion, rows, metadata = {} }: Observation,
  files: readonly FileRef[],
): NewEvent {
  return {
    kind: "materialized",
    asset: node.key,
    at: clock.now(),
    run: null,
    partition,
    dataVersion,
    codeId: node.codeId,
    read: index.seq,
    member: memberFingerprint(node.key, node.set.key(partition), dataVersion),
    edges: index.edgeSums(node, partition),
    payload: { files, rows: rows ?? null, metadata },
    checks: [],
  };
}

/** The partitions that are reported. @throws {RequestError} */
function reportable({ index }: Session, node: Node, reports: readonly Report[]): number[] {
  if (node.asset.materialize !== null) {
    throw fault(node, "found an asset that the graph makes itself, wanted an external one");
  }
  if (node.asset.observe !== null) {
    throw fault(
      node,
      "found an external asset that each run looks for by itself, wanted one that is reported",
    );
  }
  return reports.map(({ partition: key }) => {
    const partition = partitionOf(node, key, "reporting", index.now);
    if (node.set.has(partition, index.now)) return partition;
    throw fault(node, `found partition "${key}", wanted one that exists by now`);
  });
}

/** A file that the graph makes would be replaced without a word, and what reads the report would not hear of it. */
async function requireOthers({ state, index }: Session, node: Node, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const made = (await state.filesAt(paths)).find(({ asset }) =>
    asset !== node.key && index.find(asset)?.asset.materialize !== null
  );
  if (made === undefined) return;
  const owner = index.find(made.asset);
  const whose = owner === undefined
    ? `${made.asset}, which the graph does not declare`
    : named(owner, made.partition);
  throw fault(node, `found "${made.path}" to be a file of ${whose}, wanted one that others wrote`);
}

function named({ key, set }: Node, partition: number): string {
  const of = set.key(partition);
  return of === null ? key : `${key} ${of}`;
}

async function measured({ publisher }: Session, node: Node, paths: readonly string[]): Promise<FileRef[]> {
  const found = await publisher.found(paths).catch((cause) => {
    throw cause instanceof TypeError ? new RequestError(cause.message, { cause }) : cause;
  });
  return found.map((file, place) => {
    if (file === undefined) throw fault(node, `found no file "${paths[place]}" in the lake, wanted it there`);
    return file;
  });
}

function hasChanged({ rows }: Node, partition: number): boolean {
  let changed = false;
  rows.each(partition, partition, (chunk, i) => changed = chunk.changed[i] === chunk.seq[i]);
  return changed;
}

function fault({ key }: Node, found: string): RequestError {
  return new RequestError(`reporting "${key}": ${found}`);
}
