import type { Instant } from "../instant.ts";
import type { State } from "../ports/state.ts";
import { daemonAt, seeDaemon } from "./stalled.ts";

/** Among so many of the latest runs one is looked for that somebody does for others. */
const LATEST = 100;

/** Who does what is queued. */
export interface Hands {
  /** Whether nobody is at work who takes it. */
  readonly waits: boolean;
  /** Lines on a daemon that does not answer, or on how one is begun. */
  readonly lines: readonly string[];
  /** Where a daemon is that does it, in words. */
  readonly place?: string;
}

/** Looks who does what is queued, by the machine's time. */
export async function handsOf(state: State, now: Instant): Promise<Hands> {
  const { leaders: [leader], silent } = await seeDaemon(state, now);
  if (leader !== undefined) {
    return { waits: silent.length > 0, lines: silent, place: daemonAt(leader.place) };
  }
  if (await isWorkedOff(state)) return { waits: false, lines: silent };
  return { waits: true, lines: ['no daemon is at work: "deno task daemon" does it'] };
}

/** Whether somebody works off the queue without leading, such as `daemon --once`. */
async function isWorkedOff(state: State): Promise<boolean> {
  const runs = await state.runs(LATEST);
  return runs.some(({ status, request: { tags } }) => status === "running" && tags?.by !== undefined);
}
