import { RequestError } from "../errors.ts";
import { outagesIn, waitingAssets } from "../outages.ts";
import type { AssetKey } from "../event.ts";
import { SECOND } from "../instant.ts";
import type { TakenRun } from "../ports/state.ts";
import { act, isAct } from "./act.ts";
import { makeableHere } from "./behind.ts";
import { recover } from "./recover.ts";
import { retain } from "./retention.ts";
import { messageOf, type Session } from "./session.ts";
import type { RunResult, Worked } from "./tally.ts";
import { tracedRun } from "./traced.ts";

const never = new AbortController().signal;

/** Executes what a taken run requests. */
export type Execute = (taken: TakenRun, signal: AbortSignal) => Promise<RunResult>;

/** How often it is looked for what dead workers left, and which services are down, while there is anything to do. */
const LOOK = SECOND;

/** Takes queued runs that can be done here and executes them, one after the other, until none is queued. */
export async function* work(
  session: Session,
  signal: AbortSignal = never,
  execute: Execute,
): AsyncGenerator<Worked> {
  const { clock } = session;
  let looked = -Infinity;
  let waiting: readonly AssetKey[] = [];
  while (!signal.aborted) {
    const isDue = clock.awake() >= looked + LOOK;
    if (isDue) {
      await recover(session);
      waiting = await waitingNow(session);
      looked = clock.awake();
    }
    const taken = await next(session, waiting) ?? (isDue ? undefined : await take(session));
    if (taken === undefined) return;
    const done = await worked(session, taken, signal, execute);
    // Whatever it met may be met by the next, too.
    if (done.outcome.status !== "succeeded") looked = -Infinity;
    yield done;
  }
}

/** Takes over what dead workers left, and the most urgent queued run of assets whose present code this graph has. */
export async function take(session: Session, above?: number): Promise<TakenRun | undefined> {
  await recover(session);
  return await next(session, await waitingNow(session), above);
}

/** The assets that ask services which are down. */
async function waitingNow({ state, index, clock }: Session): Promise<readonly AssetKey[]> {
  return waitingAssets(await outagesIn(state.keyValue, clock.now()), index);
}

/** The most urgent run that is queued, is of none of those that wait, and can be done here as far as is known. */
async function next(
  { state, index, clock }: Session,
  waiting: readonly AssetKey[],
  above?: number,
): Promise<TakenRun | undefined> {
  return await state.take(clock.now(), above, waiting, makeableHere(index));
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
    if (isAct(command)) return await act(session, taken, signal);
    if (command !== "materialize") {
      throw new RequestError(`running "${command}": found it queued, wanted one that may be`);
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
