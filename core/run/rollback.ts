import type { Materialized } from "../event.ts";
import type { FileRef, Replacement } from "../ports/publisher.ts";
import type { StandingRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { exclusively } from "./exclusive.ts";
import { Inputs } from "./inputs.ts";
import { commit, type Session } from "./session.ts";

export type RolledBack =
  | {
    readonly status: "rolled-back";
    readonly from: string;
    readonly to: string;
    readonly rows: number | null;
  }
  | { readonly status: "no-version"; readonly reason: string };

/**
 * Puts the newest other version of a partition back in place, as a materialization with the inputs and code of today:
 * it is fresh until one of these changes.
 */
export async function rollback(session: Session, node: Node, partition: number): Promise<RolledBack> {
  const range = { from: partition, to: partition };
  const request = { command: "rollback", asset: node.key, partition: node.set.key(partition) };
  return await exclusively(session, node, [range], request, async (run, token): Promise<RolledBack> => {
    const { publisher, clock, state } = session;
    const [current] = await state.standing(node.key, [range]);
    if (current === undefined) return { status: "no-version", reason: "nothing stands" };
    const history = await state.history(node.key, partition);
    const earlier = history.find(({ dataVersion }) => dataVersion !== current.event.dataVersion);
    if (earlier === undefined) return { status: "no-version", reason: "no earlier version is known" };

    const staging = `_staging/${run}`;
    try {
      const replacements = await recall(session, current, earlier, staging);
      if (replacements === undefined) {
        return { status: "no-version", reason: `version "${earlier.dataVersion}" is not kept any more` };
      }
      const inputs = new Inputs(session, node, range);
      const event: Materialized = {
        ...earlier,
        at: clock.now(),
        run,
        code: node.code,
        read: inputs.read,
        edges: inputs.sums(partition),
      };
      const measured = earlier.payload.files;
      await commit(session, { claim: token, events: [], intents: [{ event, replacements, measured }] });
      try {
        await publisher.replace(replacements, measured);
      } catch (cause) {
        await publisher.revert(replacements);
        await commit(session, { claim: token, events: [], reverted: [partition] });
        throw cause;
      }
      await commit(session, { claim: token, events: [event] });
      const { dataVersion: from } = current.event;
      return { status: "rolled-back", from, to: earlier.dataVersion, rows: earlier.payload.rows };
    } finally {
      await publisher.clear(staging);
    }
  }, ({ status }) => status === "rolled-back");
}

/** Stages the files of a kept version, and the absence of those that only today's version has. */
async function recall(
  { publisher }: Session,
  { event: current, expired }: StandingRecord,
  earlier: Materialized,
  staging: string,
): Promise<Replacement[] | undefined> {
  const standing = new Set(expired ? [] : current.payload.files.map(({ path }) => path));
  const kept = new Set(earlier.payload.files.map(({ path }) => path));
  const over = (path: string) => standing.has(path) ? { standing: current.dataVersion } : {};
  const replacements: Replacement[] = [];
  for (const [place, ref] of earlier.payload.files.entries()) {
    const temporary = `${staging}/${place}`;
    if (!(await publisher.recall({ ref, dataVersion: earlier.dataVersion, temporary }))) return undefined;
    replacements.push({ final: ref.path, temporary, ...over(ref.path) });
  }
  const gone = current.payload.files.filter(({ path }: FileRef) => !kept.has(path));
  return [
    ...replacements,
    ...gone.map(({ path }) => ({ final: path, absent: true as const, ...over(path) })),
  ];
}
