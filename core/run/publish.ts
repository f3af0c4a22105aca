import type { Audited, CheckResult } from "../check.ts";
import type { Failed, Materialized, NewEvent, RunId } from "../event.ts";
import { memberFingerprint } from "../fingerprint.ts";
import type { Output } from "../output.ts";
import { fromOrdinals, type OrdinalRange } from "../partition/ranges.ts";
import type { FileRef, Publisher, Replacement, Staged } from "../ports/publisher.ts";
import type { ClaimToken, Commit, Intent, MaterializationRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import type { Answers } from "./answers.ts";
import { audit } from "./audit.ts";
import type { Inputs } from "./inputs.ts";
import { notIntact } from "./intact.ts";
import type { Made, Outcome, Problem } from "./outcome.ts";
import { replace } from "./replace.ts";
import { commit, type Session } from "./session.ts";

/** The claim on partitions that a step works under. */
export interface Claim {
  readonly run: RunId;
  readonly node: Node;
  readonly token: ClaimToken;
}

/** An output on its way into the lake. */
interface Draft {
  readonly output: Output;
  /** The files to put in place: none where the content is in place already. */
  readonly changes: readonly Staged[];
  /** The files of `changes` as measured. */
  readonly measured: readonly FileRef[];
  /** The partition's files once it is published. */
  readonly files: readonly FileRef[];
  readonly checks: readonly CheckResult[];
  readonly stands: MaterializationRecord | undefined;
  /** Its fingerprint as a member. */
  readonly member: Uint8Array;
  /** Whether its version is the one that stands. */
  readonly same: boolean;
  /** Whether any version stands. */
  readonly stood: boolean;
}

/**
 * Audits a group of outputs and publishes those that pass, in one batch: the intent of all of them is recorded, the files
 * are put in place, and the materializations are committed, with the failures of the group. What fails its blocking
 * checks is discarded and recorded as held back.
 *
 * @param last Goes into the final commit of the group.
 */
export async function publish(
  session: Session,
  claim: Claim,
  inputs: Inputs,
  { outputs, failures }: Answers,
  signal: AbortSignal,
  last: (outcomes: readonly Outcome[]) => Partial<Pick<Commit, "release" | "step">>,
): Promise<Outcome[]> {
  const drafts = await draft(session, claim, inputs, outputs, signal);
  const passed = drafts.filter(({ checks }) => blocking(checks).length === 0);
  const blocked = drafts.filter((each) => !passed.includes(each)).map(({ output, checks }) =>
    problem("blocked", output.partition, session.mask(refusal(checks)))
  );
  const at = session.clock.now();
  const events = passed.map((each) => materialization(claim, inputs, each, at));
  const intents = passed.map((each, i) => intentOf(each, events[i]!));
  const { placed, refused, failed: unplaced } = passed.some(needsIntent)
    ? await replace(session, claim.token, intents)
    : { placed: events, refused: [], failed: [] };
  const failed = [
    ...failures.map(({ partition, error }) => problem("failed", partition, session.mask(error))),
    ...[...refused, ...unplaced].map(({ partition, message }) => problem("failed", partition, message)),
  ];
  const done = new Set(placed.map(({ partition }) => partition));
  const published = passed.filter(({ output }) => done.has(output.partition));
  const outcomes: Outcome[] = [
    ...blocked,
    ...failed,
    ...published.map(({ output, checks, same, stood }): Made => ({
      outcome: same ? "unchanged" : "materialized",
      partition: output.partition,
      isOther: stood && !same && claim.node.asset.due !== null,
      rows: output.rows ?? 0,
      warnings: checks.filter((check) => !check.passed),
    })),
  ];
  await commit(session, {
    claim: claim.token,
    events: [
      ...placed,
      ...failedEvents(session, claim, blocked, "check"),
      ...failedEvents(session, claim, failed, "error"),
    ],
    reverted: unplaced.map(({ partition }) => partition),
    ...last(outcomes),
  });
  // What cannot be discarded now goes with the run's folder.
  const gone = new Set(published.flatMap(({ changes }) => temporaries(changes)));
  await session.publisher.discard(
    outputs.flatMap(({ staged = [], alongside = [] }) => temporaries([...staged, ...alongside]))
      .filter((temporary) => !gone.has(temporary)),
  ).catch(() => {});
  return outcomes;
}

function problem(outcome: Problem["outcome"], partition: number, message: string): Problem {
  return { outcome, from: partition, to: partition, message };
}

/** Failures as events: neighbours that failed alike are one. */
export function failedEvents(
  { clock }: Session,
  { node: { key, codeId }, run }: Claim,
  failures: readonly (OrdinalRange & { readonly message: string })[],
  reason: Failed["reason"],
): NewEvent[] {
  const at = clock.now();
  const joined: { from: number; to: number; message: string }[] = [];
  for (const { from, to, message } of failures.toSorted((a, b) => a.from - b.from)) {
    const before = joined.at(-1);
    if (before !== undefined && before.to === from - 1 && before.message === message) before.to = to;
    else joined.push({ from, to, message });
  }
  return joined.map((each) => ({ kind: "failed", asset: key, at, run, reason, codeId, ...each }));
}

async function draft(
  session: Session,
  { node }: Claim,
  inputs: Inputs,
  outputs: readonly Output[],
  signal: AbortSignal,
): Promise<Draft[]> {
  const { publisher, state, index } = session;
  const withFiles = outputs.filter(({ staged, kept }) => (staged?.length ?? 0) + (kept?.length ?? 0) > 0);
  const latest = withFiles.length === 0
    ? []
    : await state.materializations(node.key, fromOrdinals(withFiles.map(({ partition }) => partition)));
  const stands = new Map(latest.map((record) => [record.partition, record]));

  const staged = outputs.flatMap(({ staged = [], alongside = [] }) => [...staged, ...alongside]);
  const refs = new Map<Staged, FileRef>();
  const measured = (await publisher.measure(staged)).values();
  for (const each of staged) if ("temporary" in each) refs.set(each, measured.next().value!);
  const measuredOf = (changes: readonly Staged[]) => changes.flatMap((each) => refs.get(each) ?? []);

  const audited = outputs.map((output): Audited => ({
    partition: output.partition,
    key: node.set.key(output.partition),
    dataVersion: output.dataVersion,
    rows: output.rows ?? null,
    metadata: output.metadata ?? {},
    files: [
      ...(output.kept ?? []),
      ...(output.staged ?? []).flatMap((each) =>
        "temporary" in each ? [{ ...refs.get(each)!, path: each.temporary }] : []
      ),
    ],
  }));
  const checks = await audit(session, node, audited, inputs, signal);

  const candidates = outputs.map((output) => {
    const { partition, dataVersion, staged = [], kept = [] } = output;
    const record = stands.get(partition);
    const before = record?.event.payload.files ?? [];
    const member = memberFingerprint(node.key, node.set.key(partition), dataVersion);
    const same = index.hasMember(node, partition, member);
    const stood = node.rows.materialized([{ from: partition, to: partition }]) > 0;
    const known = new Set(before.map(({ path }) => path));
    const mayStay = same && staged.length > 0 &&
      staged.every((each) => !("temporary" in each) || known.has(each.final));
    return { output, record, before, member, same, stood, mayStay, kept };
  });
  const lost = await lostOf(
    publisher,
    candidates.flatMap(({ kept, before, mayStay }) => [...kept, ...mayStay ? before : []]),
  );

  return candidates.map(({ output, record, before, member, same, stood, mayStay, kept }): Draft => {
    const { partition, staged = [], alongside = [] } = output;
    const gone = kept.find((file) => lost.has(file));
    const whole = mayStay && !before.some((file) => lost.has(file));
    const changes = [...(whole ? [] : staged), ...alongside];
    return {
      output,
      changes,
      measured: measuredOf(changes),
      files: whole ? before : [...kept, ...measuredOf(staged)],
      checks: [...(gone === undefined ? [] : [notIntact(gone)]), ...checks.get(partition)!],
      stands: record,
      member,
      same,
      stood,
    };
  });
}

/** The files that do not stand as they are recorded. */
async function lostOf(publisher: Publisher, files: readonly FileRef[]): Promise<ReadonlySet<FileRef>> {
  const intact = await publisher.intact(files);
  return new Set(files.filter((_, place) => !intact[place]));
}

/** Whether publishing it changes the lake, or names files that were not its own before: others might have them. */
function needsIntent({ changes, files, stands }: Draft): boolean {
  const own = new Set(stands?.event.payload.files.map(({ path }) => path));
  return changes.length > 0 || files.some(({ path }) => !own.has(path));
}

function intentOf(draft: Draft, event: Materialized): Intent {
  return { event, replacements: replacements(draft), measured: draft.measured };
}

function replacements({ changes, stands }: Draft): Replacement[] {
  if (stands === undefined || stands.expired) return [...changes];
  const { dataVersion, payload: { files } } = stands.event;
  const hashes = new Map(files.map(({ path, hash }) => [path, hash]));
  return changes.map((each) => {
    const hash = hashes.get(each.final);
    return hash === undefined ? each : { ...each, standing: { dataVersion, hash } };
  });
}

function materialization({ run, node }: Claim, inputs: Inputs, draft: Draft, at: number): Materialized {
  const { output, files, checks, member } = draft;
  const { partition, dataVersion, metadata = {}, rows = null, asOf } = output;
  return {
    kind: "materialized",
    asset: node.key,
    at: asOf ?? at,
    run,
    partition,
    dataVersion,
    codeId: node.codeId,
    read: inputs.read,
    member,
    edges: inputs.sums(partition),
    payload: { files, rows, metadata },
    checks,
  };
}

const blocking = (checks: readonly CheckResult[]) =>
  checks.filter((check) => check.severity === "blocking" && !check.passed);

function refusal(checks: readonly CheckResult[]): string {
  return blocking(checks).map(({ check, detail }) => `check "${check}" failed${detail ? `: ${detail}` : ""}`)
    .join("; ");
}

const temporaries = (staged: readonly Staged[]) =>
  staged.flatMap((each) => "temporary" in each ? [each.temporary] : []);
