import type { CheckResult } from "../check.ts";
import type { RunId } from "../event.ts";
import { normalize, ordinals } from "../partition/ranges.ts";
import type { MaterializationRecord } from "../ports/state.ts";
import { membersOf, type Node } from "../staleness/node.ts";
import { ROLLBACKS } from "../warnings.ts";
import type { Session } from "./session.ts";

/**
 * Makes a warning of each comparison that failed between partitions of which one stands as a rollback put it back: that
 * they differ is what was asked for.
 *
 * @param results By partition; changed in place.
 */
export async function warnOfRolledBack(
  session: Session,
  node: Node,
  records: readonly MaterializationRecord[],
  results: Map<number, CheckResult[]>,
): Promise<void> {
  const against = new Map(
    node.asset.checks.flatMap(({ checks }) =>
      checks.flatMap(({ name, against }) => against === undefined ? [] : [[name, against] as const])
    ),
  );
  const failing = records.flatMap((record) =>
    results.get(record.partition)!.flatMap((result, place) => {
      const name = against.get(result.check);
      const isFailed = name !== undefined && !result.passed && result.severity === "blocking";
      return isFailed ? [{ record, result, place, name }] : [];
    })
  );
  if (failing.length === 0) return;
  const isRollback = await rollbacks(session);
  for (const [name, those] of Map.groupBy(failing, ({ name }) => name)) {
    const compared = await comparedWith(session, node, name, those.map(({ record }) => record));
    for (const { record, result, place } of those) {
      const run = [record, ...compared(record)].map(({ event }) => event.run).find(isRollback);
      if (run === undefined) continue;
      const detail = `${result.detail ?? "it differs"}; run ${run} rolled one of them back`;
      results.get(record.partition)![place] = { ...result, severity: "warning", detail };
    }
  }
}

/** The members of a dependency that partitions are compared with, as they stand, read at once. */
async function comparedWith(
  { state, index }: Session,
  node: Node,
  name: string,
  records: readonly MaterializationRecord[],
): Promise<(record: MaterializationRecord) => readonly MaterializationRecord[]> {
  const edge = node.up.find((each) => each.name === name);
  if (edge === undefined) return () => [];
  const membersIn = ({ partition }: MaterializationRecord) =>
    membersOf(edge, [{ from: partition, to: partition }], index.now);
  const found = await state.materializations(edge.up.key, normalize(records.flatMap(membersIn)));
  const byPartition = new Map(found.map((each) => [each.partition, each]));
  return (record) => [...ordinals(membersIn(record))].flatMap((member) => byPartition.get(member) ?? []);
}

/** Says of runs whether they are rollbacks. */
async function rollbacks({ state }: Session): Promise<(run: RunId | null) => run is RunId> {
  const runs = new Set((await state.runs(ROLLBACKS, { command: "rollback" })).map(({ id }) => id));
  return (run): run is RunId => run !== null && runs.has(run);
}
