import { RequestError } from "../errors.ts";
import type { Json } from "../ports/key_value.ts";
import { type RunCommand, StateError, type TakenRun } from "../ports/state.ts";
import { Cancellation } from "./cancellation.ts";
import { isSound, recheckedJson, recheckScope } from "./recheck.ts";
import { scopeFrom } from "./request.ts";
import { isBack, requireOwn, rollbackIn, rolledBackJson } from "./rollback.ts";
import type { Scope } from "./scope.ts";
import { messageOf, refresh, type Session, UnknownOutcomeError } from "./session.ts";
import type { RunResult } from "./tally.ts";
import { wipedJson, wipeScope } from "./wipe.ts";

/** A run's end and the record that it leaves. */
interface Done {
  readonly ok: boolean;
  readonly summary: Json;
}

type Act = (session: Session, taken: TakenRun, scope: Scope, signal: AbortSignal) => Promise<Done>;

/** What may be queued beside what makes partitions. Each can be done again after a kill. */
const ACTS = { wipe, check, rollback } satisfies Partial<Record<RunCommand, Act>>;

/** Whether a command is one of these. */
export function isAct(command: RunCommand): command is keyof typeof ACTS {
  return Object.hasOwn(ACTS, command);
}

/**
 * Does a queued wipe, check or rollback.
 *
 * @throws {RequestError} If another run is at work on those partitions, or it cannot be done.
 */
export async function act(session: Session, taken: TakenRun, signal: AbortSignal): Promise<RunResult> {
  const { state, clock, index } = session;
  const { id, request: { command } } = taken;
  using cancellation = new Cancellation(session, signal);
  cancellation.begin(id);
  const ended = (status: "succeeded" | "failed" | "cancelled", summary: Json) =>
    state.endRun(id, status, summary, clock.now()).then(() => resultOf(id, status, summary));
  try {
    await refresh(session);
    index.advance(clock.now());
    const scope = scopeFrom(index, taken.request);
    const { ok, summary } = await ACTS[command as keyof typeof ACTS](
      session,
      taken,
      scope,
      cancellation.signal,
    );
    const result = await ended(ok ? "succeeded" : "failed", summary);
    await refresh(session);
    return result;
  } catch (cause) {
    if (signal.aborted || cause instanceof UnknownOutcomeError || cause instanceof StateError) throw cause;
    if (cancellation.signal.aborted) return await ended("cancelled", null);
    if (cause instanceof RequestError) throw cause;
    throw new RequestError(`running "${command}": ${messageOf(session, cause)}`, { cause });
  }
}

async function wipe(session: Session, { id }: TakenRun, scope: Scope): Promise<Done> {
  return { ok: true, summary: wipedJson(await wipeScope(session, id, scope)) };
}

async function check(session: Session, { id }: TakenRun, scope: Scope, signal: AbortSignal): Promise<Done> {
  const found = await recheckScope(session, id, scope, signal);
  return { ok: isSound(found), summary: recheckedJson(found) };
}

async function rollback(session: Session, { id }: TakenRun, scope: Scope): Promise<Done> {
  const [[node, [range]] = [undefined, []]] = scope;
  if (node === undefined || range === undefined || scope.size > 1 || range.from !== range.to) {
    throw new RequestError('running "rollback": found several partitions, wanted one of one asset');
  }
  requireOwn(node);
  const done = await rollbackIn(session, id, node, range.from);
  return { ok: isBack(done), summary: rolledBackJson(node, range.from, done) };
}

function resultOf(run: number, status: "succeeded" | "failed" | "cancelled", summary: Json): RunResult {
  const counts = { materialized: 0, unchanged: 0, failed: 0, blocked: 0 };
  const { errors = [] } = (summary ?? {}) as { readonly errors?: RunResult["errors"] };
  return { run, status, counts, assets: [], errors, warnings: [] };
}
