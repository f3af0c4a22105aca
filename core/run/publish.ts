import type { Audited, CheckResult } from "../check.ts";
import type { Materialized, RunId } from "../event.ts";
import { memberFingerprint } from "../fingerprint.ts";
import type { Output } from "../output.ts";
import { fromOrdinals } from "../partition/ranges.ts";
import type { FileRef, Replacement, Staged } from "../ports/publisher.ts";
import type { ClaimToken, Commit, Intent, StandingRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import { audit } from "./audit.ts";
import type { Inputs } from "./inputs.ts";
import { commit, messageOf, type Session, Unsettled } from "./session.ts";

/** The claim on a contiguous run of partitions that a step works under. */
export interface Claim {
  readonly run: RunId;
  readonly node: Node;
  readonly token: ClaimToken;
}

/** What became of an output. */
export type Settled =
  | {
    readonly outcome: "materialized" | "unchanged";
    readonly output: Output;
    readonly warnings: readonly CheckResult[];
  }
  | { readonly outcome: "blocked" | "failed"; readonly output: Output; readonly message: string };

/** An output on its way into the lake. */
interface Draft {
  readonly output: Output;
  readonly staged: readonly Staged[];
  /** The staged files as measured, then those that are kept. */
  readonly measured: readonly FileRef[];
  readonly checks: readonly CheckResult[];
  readonly stands: StandingRecord | undefined;
  /** Its fingerprint as a member. */
  readonly member: Uint8Array;
  /** Whether its version is the one that stands. */
  readonly same: boolean;
  /** Whether nothing need be put in place. */
  readonly unchanged: boolean;
}

/**
 * Audits a group of outputs and publishes those that pass, in one batch: the intent is recorded, the files are put in
 * place, and the materializations are committed. What fails its blocking checks is discarded and recorded as held back.
 *
 * @param last Goes into the final commit of the group.
 */
export async function publish(
  session: Session,
  claim: Claim,
  inputs: Inputs,
  outputs: readonly Output[],
  signal: AbortSignal,
  last: (settled: readonly Settled[]) => Partial<Pick<Commit, "release" | "step">>,
): Promise<Settled[]> {
  const { node } = claim;
  const drafts = await draft(session, claim, inputs, outputs, signal);
  const held = drafts.filter((each) => blocking(each.checks).length > 0);
  const passed = drafts.filter((each) => blocking(each.checks).length === 0);
  const changing = passed.filter((each) => !each.unchanged && each.staged.length > 0);

  const settled: Settled[] = [
    ...held.map(({ output, checks }): Settled => ({ outcome: "blocked", output, message: refusal(checks) })),
    ...passed.map(({ output, checks, same }): Settled => ({
      outcome: same ? "unchanged" : "materialized",
      output,
      warnings: checks.filter((check) => !check.passed),
    })),
  ];
  const at = session.clock.now();
  const events = passed.map((each) => materialization(claim, inputs, each, at));
  if (changing.length > 0) {
    await replace(
      session,
      claim,
      changing,
      events.filter((_, i) => changing.includes(passed[i]!)),
    );
  }
  const refused = held.map(({ output, checks }) => ({
    kind: "failed" as const,
    asset: node.key,
    at,
    run: claim.run,
    from: output.partition,
    to: output.partition,
    reason: "check" as const,
    message: session.mask(refusal(checks)),
  }));
  await commit(session, { claim: claim.token, events: [...events, ...refused], ...last(settled) });
  // What cannot be discarded now goes with the run's folder.
  await session.publisher.discard(
    drafts.filter((each) => !changing.includes(each)).flatMap(({ staged }) => temporaries(staged)),
  ).catch(() => {});
  return settled;
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
  const standing = withFiles.length === 0
    ? []
    : await state.standing(node.key, fromOrdinals(withFiles.map(({ partition }) => partition)));
  const stands = new Map(standing.map((record) => [record.partition, record]));

  const measured = await publisher.measure(outputs.flatMap(({ staged }) => staged ?? []));
  let next = 0;
  const measuredOf = outputs.map(({ staged = [] }) =>
    staged.map((each) => "temporary" in each ? measured[next++]! : null)
  );

  const audited = outputs.map((output, i): Audited => ({
    partition: output.partition,
    key: node.set.key(output.partition),
    dataVersion: output.dataVersion,
    rows: output.rows ?? null,
    metadata: output.metadata ?? {},
    files: [
      ...(output.kept ?? []),
      ...(output.staged ?? []).flatMap((each, k) =>
        "temporary" in each ? [{ ...measuredOf[i]![k]!, path: each.temporary }] : []
      ),
    ],
  }));
  const checks = await audit(session, node, audited, inputs, signal);

  return await Promise.all(outputs.map(async (output, i): Promise<Draft> => {
    const staged = output.staged ?? [];
    const final = staged.flatMap((each, k) =>
      "temporary" in each ? [{ ...measuredOf[i]![k]!, path: each.final }] : []
    );
    const record = stands.get(output.partition);
    const member = memberFingerprint(node.key, node.set.key(output.partition), output.dataVersion);
    const same = index.hasMember(node, output.partition, member);
    const files = record?.event.payload.files ?? [];
    const whole = same && staged.length > 0 && (await publisher.intact(files)).every(Boolean);
    return {
      output,
      staged,
      measured: final,
      checks: checks.get(output.partition)!,
      stands: record,
      member,
      same,
      unchanged: same && (staged.length === 0 || whole),
    };
  }));
}

/** Records the intent and puts the files in place; if that fails, puts back what stood before. */
async function replace(
  session: Session,
  claim: Claim,
  drafts: readonly Draft[],
  events: readonly Materialized[],
): Promise<void> {
  const intents = drafts.map((each, i): Intent => ({
    event: events[i]!,
    replacements: replacements(each),
    measured: each.measured,
  }));
  await commit(session, { claim: claim.token, events: [], intents });
  const all = intents.flatMap((intent) => intent.replacements);
  try {
    await session.publisher.replace(all, intents.flatMap((intent) => intent.measured));
  } catch (cause) {
    await session.publisher.revert(all).catch((revert) => {
      throw new Unsettled(messageOf(session, revert), { cause });
    });
    await commit(session, {
      claim: claim.token,
      events: [],
      reverted: drafts.map(({ output }) => output.partition),
    });
    throw new Error(messageOf(session, cause), { cause });
  }
}

function replacements({ staged, stands }: Draft): Replacement[] {
  const standing = new Set(stands?.expired ? [] : stands?.event.payload.files.map(({ path }) => path));
  return staged.map((each) =>
    standing.has(each.final) ? { ...each, standing: stands!.event.dataVersion } : each
  );
}

function materialization({ run, node }: Claim, inputs: Inputs, draft: Draft, at: number): Materialized {
  const { output, staged, measured, checks, stands, member, unchanged } = draft;
  const { partition, dataVersion, metadata = {}, rows = null, kept = [], asOf } = output;
  const files = unchanged && staged.length > 0 ? stands!.event.payload.files : [...kept, ...measured];
  return {
    kind: "materialized",
    asset: node.key,
    at: asOf ?? at,
    run,
    partition,
    dataVersion,
    code: node.code,
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
