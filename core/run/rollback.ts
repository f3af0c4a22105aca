import { RequestError } from "../errors.ts";
import type { Materialized, RunId } from "../event.ts";
import type { OrdinalRange } from "../partition/ranges.ts";
import type { FileRef, Replacement } from "../ports/publisher.ts";
import type { Json } from "../ports/key_value.ts";
import type { ClaimToken, MaterializationRecord, State } from "../ports/state.ts";
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
  requireOwn(node);
  const request = { command: "rollback", ranges: assetRanges(node, [at(partition)]) } as const;
  return await recorded(session, request, (run) => rollbackIn(session, run, node, partition), {
    succeeded: isBack,
    summary: (done) => rolledBackJson(node, partition, done),
  });
}

/** @throws {RequestError} If others write the asset. */
export function requireOwn(node: Node): void {
  if (node.asset.materialize !== null) return;
  throw new RequestError(
    `rolling back "${node.key}": found an external asset, wanted one that the graph makes itself`,
  );
}

/** Puts the version before back, unless this run has done so before its worker died. */
export async function rollbackIn(
  session: Session,
  run: RunId,
  node: Node,
  partition: number,
): Promise<RolledBack> {
  const range = at(partition);
  const act = async (token: ClaimToken): Promise<RolledBack> => {
    const { publisher, clock, state } = session;
    const found = await earlierOf(state, node, partition);
    if ("reason" in found) return { status: "no-version", ...found };
    const { current, earlier, alike } = found;
    if (current.event.run === run) return done(earlier, current.event);

    const staging = `_staging/${run}`;
    try {
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
      return done(current.event, event);
    } finally {
      await publisher.clear(staging);
    }
  };
  return await exclusively(session, run, node, [range], act);
}

/** What stands, and the newest other version; of one that was written more than once, whichever bytes are kept are good. */
export async function earlierOf(
  state: State,
  { key }: Node,
  partition: number,
): Promise<
  | { readonly reason: string }
  | {
    readonly current: MaterializationRecord;
    readonly earlier: Materialized;
    /** Whenever that version was written. */
    readonly alike: readonly Materialized[];
  }
> {
  const [current] = await state.materializations(key, [at(partition)]);
  if (current === undefined) {
    return { reason: "found nothing materialized, wanted a partition with an earlier version" };
  }
  const history = await state.history(key, partition);
  const earlier = history.find(({ dataVersion }) => dataVersion !== current.event.dataVersion);
  if (earlier === undefined) return { reason: "no earlier version is known" };
  const alike = history.filter(({ dataVersion }) => dataVersion === earlier.dataVersion);
  return { current, earlier, alike };
}

function done(from: Pick<Materialized, "dataVersion">, to: Materialized): RolledBack {
  const { dataVersion, payload: { rows } } = to;
  return { status: "rolled-back", from: from.dataVersion, to: dataVersion, rows };
}

/** Whether a version was put back. */
export function isBack({ status }: RolledBack): boolean {
  return status === "rolled-back";
}

/** The record of a run that rolled back. */
export function rolledBackJson({ key: asset, set }: Node, partition: number, rolled: RolledBack): Json {
  if (rolled.status === "rolled-back") {
    const { from, to, rows } = rolled;
    return { counts: { rolledBack: 1 }, from, to, rows };
  }
  const message = `rolling back: ${rolled.reason}`;
  return { counts: { rolledBack: 0 }, errors: [{ asset, partition: set.key(partition), message }] };
}

function at(partition: number): OrdinalRange {
  return { from: partition, to: partition };
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
