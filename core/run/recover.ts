import type { NewEvent } from "../event.ts";
import type { Adopted, Intent } from "../ports/state.ts";
import { refresh, type Session } from "./session.ts";

/**
 * Takes over what dead workers left: a publication that they had begun is completed, or, where its files are gone,
 * what stood before is put back; their claims end and their runs are marked interrupted.
 */
export async function recover(session: Session): Promise<void> {
  for (const adopted of await session.state.recover(session.clock.now())) {
    const completed = await settle(session, adopted);
    await session.publisher.clear(`_staging/${adopted.run}`);
    const reverted = adopted.intents.length - completed;
    session.observe({ type: "recovered", run: adopted.run, completed, reverted });
  }
  await refresh(session);
}

async function settle(session: Session, { token, intents }: Adopted): Promise<number> {
  const events: NewEvent[] = [];
  const reverted: number[] = [];
  for (const intent of intents) {
    if (await complete(session, intent)) events.push(intent.event);
    else reverted.push(intent.event.partition);
  }
  await session.state.commit({ claim: token, events, reverted, release: true });
  return events.length;
}

/** @returns Whether the files stand as they were meant to; otherwise what stood before stands again. */
async function complete({ publisher }: Session, { replacements, measured }: Intent): Promise<boolean> {
  try {
    await publisher.replace(replacements, measured);
    return true;
  } catch {
    await publisher.revert(replacements);
    return false;
  }
}
