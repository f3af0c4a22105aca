import { RequestError } from "../errors.ts";
import { outagesIn, waitingAssets } from "../outages.ts";
import { SECOND } from "../instant.ts";
import type { TakenRun } from "../ports/state.ts";
import { makeableHere } from "./behind.ts";
import { recover } from "./recover.ts";
import { retain } from "./retention.ts";
import { messageOf, refresh, type Session } from "./session.ts";
import type { RunResult } from "./tally.ts";
import { tracedRun } from "./traced.ts";
import type { Worked } from "./worked.ts";

const never = new AbortController().signal;

/** Executes what a taken run requests. */
export type Execute = (taken: TakenRun, signal: AbortSignal) => Promise<RunResult>;

/** How often it is looked for what dead workers left, while there is anything to do. */
const LOOK = SECOND;

/** Takes queued runs that can be done here and executes them, one after the other, until none is queued. */
export async function* work(
  session: Session,
  signal: AbortSignal = never,
  execute: Execute,
): AsyncGenerator<Worked> {
  const { clock } = session;
  let looked = -Infinity;
  while (!signal.aborted) {
    const isDue = clock.awake() >= looked + LOOK;
    if (isDue) {
      await recover(session);
      looked = clock.awake();
    }
    const taken = await next(session) ?? (isDue ? undefined : await take(session));
    if (taken === undefined) return;
    yield await worked(session, taken, signal, execute);
  }
}

/** Takes over what dead workers left, and the most urgent queued run of assets whose present code this graph has. */
export async function take(session: Session, above?: number): Promise<TakenRun | undefined> {
  await recover(session);
  return await next(session, above);
}

/** The most urgent run that is queued, waits for no service that is down, and can be done here. */
async function next(session: Session, above?: number): Promise<TakenRun | undefined> {
  const { state, index, clock } = session;
  const now = clock.now();
  await refresh(session);
  const waiting = waitingAssets(await outagesIn(state.keyValue, now), index);
  return await state.take(now, above, waiting, makeableHere(index));
}

/** Executes a run that was taken. @throws Where it is not known how it ended. */
export async function worked(
  session: Session,
  taken: TakenRun,
  signal: AbortSignal = never,
  execute: Execute,
): Promise<Worked> {
  const { id: run, request } = taken;
  const outcome = await tracedRun(session, taken, () => outcomeOf(session, taken, signal, execute));
  return { run, request, outcome };
}

async function outcomeOf(
  session: Session,
  taken: TakenRun,
  signal: AbortSignal,
  execute: Execute,
): Promise<Worked["outcome"]> {
  const { id, request: { command } } = taken;
  const { state, clock } = session;
  try {
    if (command === "prune") return await retain(session, taken);
    if (command !== "materialize") {
      throw new RequestError(`running "${command}": found it queued, wanted "materialize" or "prune"`);
    }
    const result = await execute(taken, signal);
    const isOpen = result.status === "cancelled" && !await state.isCancelled(id);
    if (!isOpen) return result;
    // Whoever has the code that was registered meanwhile need not wait for the end of this worker.
    if (!session.index.isLatest && result.waits === undefined) await state.handBack(id, clock.now());
    return { status: "handed-back", ...(result.waits !== undefined && { waits: result.waits }) };
  } catch (cause) {
    if (signal.aborted) return { status: "handed-back" };
    const message = messageOf(session, cause);
    const ended = state.endRun(id, "failed", { errors: [{ message }] }, clock.now());
    if (!(cause instanceof RequestError)) {
      await ended.catch(() => {});
      throw cause;
    }
    await ended;
    return { status: "refused", message };
  }
}
