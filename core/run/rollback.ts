import { RequestError } from "../errors.ts";
import type { Materialized, RunId } from "../event.ts";
import type { FileRef, Replacement } from "../ports/publisher.ts";
import type { ClaimToken, MaterializationRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { exclusively } from "./exclusive.ts";
import { Inputs } from "./inputs.ts";
import { recorded } from "./recorded.ts";
import { replace } from "./replace.ts";
import { assetRanges } from "./request.ts";
import { commit, type Session } from "./session.ts";

/** The outcome of a rollback: the versions from and to, or why there is none to go back to. */
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
 *
 * @throws {RequestError} If others write the asset: nobody here can put back what they wrote.
 */
export async function rollback(session: Session, node: Node, partition: number): Promise<RolledBack> {
  if (node.asset.materialize === null) {
    throw new RequestError(
      `rolling back "${node.key}": found an external asset, wanted one that the graph makes itself`,
    );
  }
  const range = { from: partition, to: partition };
  const request = { command: "rollback", ranges: assetRanges(node, [range]) } as const;
  const act = async (run: RunId, token: ClaimToken): Promise<RolledBack> => {
    const { publisher, clock, state } = session;
    const [current] = await state.materializations(node.key, [range]);
    if (current === undefined) {
      return {
        status: "no-version",
        reason: "found nothing materialized, wanted a partition with an earlier version",
      };
    }
    const history = await state.history(node.key, partition);
    const earlier = history.find(({ dataVersion }) => dataVersion !== current.event.dataVersion);
    if (earlier === undefined) return { status: "no-version", reason: "no earlier version is known" };

    const staging = `_staging/${run}`;
    try {
      // The same version may have been written more than once: whichever bytes are kept are good.
      const alike = history.filter(({ dataVersion }) => dataVersion === earlier.dataVersion);
      const recalled = await recall(session, current, alike, staging);
      if (recalled === undefined) {
        return { status: "no-version", reason: `version "${earlier.dataVersion}" is not kept any more` };
      }
      const inputs = new Inputs(session, node, [range]);
      const event: Materialized = {
        ...recalled.version,
        at: clock.now(),
        run,
        codeId: node.codeId,
        read: inputs.read,
        edges: inputs.sums(partition),
      };
      const { replacements } = recalled;
      const measured = event.payload.files;
      const { refused: [refused], failed: [failed] } = await replace(session, token, [{
        event,
        replacements,
        measured,
      }]);
      if (refused !== undefined) return { status: "no-version", reason: refused.message };
      if (failed !== undefined) {
        await commit(session, { claim: token, events: [], reverted: [partition] });
        throw new Error(failed.message, { cause: failed.cause });
      }
      await commit(session, { claim: token, events: [event] });
      const { dataVersion: from } = current.event;
      return { status: "rolled-back", from, to: event.dataVersion, rows: event.payload.rows };
    } finally {
      await publisher.clear(staging);
    }
  };
  return await recorded(
    session,
    request,
    (run) => exclusively(session, run, node, [range], (token) => act(run, token)),
    { succeeded: ({ status }) => status === "rolled-back" },
  );
}

/** Stages the files of the first version that is kept whole, and the absence of those that only today's version has. */
async function recall(
  { publisher }: Session,
  { event: current, expired }: MaterializationRecord,
  versions: readonly Materialized[],
  staging: string,
): Promise<{ readonly version: Materialized; readonly replacements: Replacement[] } | undefined> {
  const { dataVersion, payload } = current;
  const standing = new Map(
    expired ? [] : payload.files.map(({ path, hash }) => [path, { dataVersion, hash }]),
  );
  const over = (path: string) => standing.has(path) ? { standing: standing.get(path)! } : {};
  const stage = async (ref: FileRef, version: Materialized, temporary: string) =>
    await publisher.recall({ ref, dataVersion: version.dataVersion, temporary });
  for (const version of versions) {
    const { files } = version.payload;
    const replacements: Replacement[] = [];
    for (const [place, ref] of files.entries()) {
      const temporary = `${staging}/${place}`;
      if (!await stage(ref, version, temporary)) break;
      replacements.push({ final: ref.path, temporary, ...over(ref.path) });
    }
    if (replacements.length < files.length) continue;
    const gone = payload.files.filter(({ path }) => !files.some((file) => file.path === path));
    for (const { path } of gone) replacements.push({ final: path, absent: true, ...over(path) });
    return { version, replacements };
  }
  return undefined;
}
