import type { CheckResult } from "../check.ts";
import type { RunId } from "../event.ts";
import type { MaterializationRecord } from "../ports/state.ts";
import { membersOf, type Node } from "../staleness/node.ts";
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
  const rollbacks = new Map<RunId, boolean>();
  for (const record of records) {
    for (const [place, result] of results.get(record.partition)!.entries()) {
      const name = against.get(result.check);
      if (name === undefined || result.passed || result.severity !== "blocking") continue;
      const run = await rollbackOf(
        session,
        [record, ...await compared(session, node, name, record)],
        rollbacks,
      );
      if (run === undefined) continue;
      const detail = `${result.detail ?? "it differs"}; run ${run} rolled one of them back`;
      results.get(record.partition)![place] = { ...result, severity: "warning", detail };
    }
  }
}

/** The members of a dependency that a partition is compared with, as they stand. */
async function compared(
  { state, index }: Session,
  node: Node,
  name: string,
  { partition }: MaterializationRecord,
): Promise<readonly MaterializationRecord[]> {
  const edge = node.up.find((each) => each.name === name);
  if (edge === undefined) return [];
  const members = membersOf(edge, [{ from: partition, to: partition }], index.now);
  return await state.materializations(edge.up.key, members);
}

/** The run that put one of the partitions back, if any. @param known Which runs are rollbacks, as far as it was asked. */
async function rollbackOf(
  { state }: Session,
  records: readonly MaterializationRecord[],
  known: Map<RunId, boolean>,
): Promise<RunId | undefined> {
  for (const { event: { run } } of records) {
    if (run === null) continue;
    if (!known.has(run)) known.set(run, (await state.run(run))?.run.request.command === "rollback");
    if (known.get(run)) return run;
  }
  return undefined;
}
