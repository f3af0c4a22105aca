import type { Instant } from "../instant.ts";
import type { State } from "../ports/state.ts";
import { workedOff } from "../run/waiting.ts";
import { daemonAt, seeDaemon } from "./stalled.ts";

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
  if ((await workedOff(state)).length > 0) return { waits: false, lines: silent };
  return { waits: true, lines: ['no daemon is at work: "deno task daemon" does it'] };
}
