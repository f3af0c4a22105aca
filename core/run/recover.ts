import type { NewEvent } from "../event.ts";
import type { Adopted, Intent, RunRecord, RunStatus } from "../ports/state.ts";
import { commit, refresh, type Session, SupersededError } from "./session.ts";

/** The statuses of runs that have not ended. */
export const OPEN: readonly RunStatus[] = ["queued", "running"];

/** At most so many of the latest runs that have not ended are looked at at once. */
export const MOST_OPEN = 1_000;

/** Whether a run is at work, or will be: what it staged may be in use from one moment to the next. */
export function isOpen(run: Pick<RunRecord, "status"> | undefined): boolean {
  return run !== undefined && OPEN.includes(run.status);
}

/**
 * Takes over what dead workers left: a publication that they had begun is completed, or, where its files are gone,
 * what stood before is put back; their claims end, and their runs are queued again or marked interrupted.
 */
export async function recover(session: Session): Promise<void> {
  for (const adopted of await session.state.recover(session.clock.now())) {
    const completed = await finish(session, adopted);
    if (completed === undefined) continue;
    // A run that goes on, or will, may have left one claim behind; its folder holds what it stages now.
    const run = await session.state.run(adopted.run);
    if (!isOpen(run?.run)) await session.publisher.clear(`_staging/${adopted.run}`);
    const reverted = adopted.intents.length - completed;
    session.observe({ run: adopted.run, type: "recovered", completed, reverted });
  }
  await refresh(session);
}

/** @returns How many publications were completed; undefined if the claim passed on meanwhile. */
async function finish(session: Session, { token, intents }: Adopted): Promise<number | undefined> {
  // Between two changes of the lake, the state is asked whether the claim still holds.
  const confirm = () => commit(session, { claim: token, events: [] });
  const events: NewEvent[] = [];
  const reverted: number[] = [];
  try {
    const all = intents.length > 1 && await complete(session, intents);
    for (const intent of intents) {
      if (!all) await confirm();
      if (all || await complete(session, [intent])) events.push(intent.event);
      else {
        await confirm();
        await session.publisher.revert(intent.replacements, intent.measured);
        reverted.push(intent.event.partition);
      }
    }
    await commit(session, { claim: token, events, reverted, release: true });
  } catch (cause) {
    if (cause instanceof SupersededError) return undefined;
    // Left to the next who recovers.
    await session.state.release(token).catch(() => {});
    throw cause;
  }
  return events.length;
}

/** @returns Whether the files of all the intents stand as they were meant to. */
async function complete({ publisher }: Session, intents: readonly Intent[]): Promise<boolean> {
  try {
    const replacements = intents.flatMap((intent) => intent.replacements);
    await publisher.replace(replacements, intents.flatMap((intent) => intent.measured));
    return true;
  } catch {
    return false;
  }
}
