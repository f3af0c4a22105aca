import { type Instant, isoSeconds } from "../instant.ts";
import type { Leader, Leads, Stalled, WorkerPlace } from "../ports/state.ts";
import { SILENT, TICKS } from "./leading.ts";

/** Where a daemon runs, in words. */
export function daemonAt(place: WorkerPlace): string {
  return place === null ? "the daemon" : `the daemon of process ${place.pid} on ${place.host}`;
}

/** The line on a daemon that another leads in the place of. */
export function stalledLine({ place, since }: Stalled): string {
  return `${daemonAt(place)} has not answered since ${
    isoSeconds(since)
  }: another asks for what is due in its place, ` +
    "and what it was at work on waits for it to go on or to end";
}

/** The line on a daemon that leads and gives no sign of life. */
export function silentLine({ place, at }: Leader): string {
  return `${daemonAt(place)} has not answered since ${isoSeconds(at)}: nothing is asked for until it does`;
}

/** Who requests what is due, as others see it. */
export interface DaemonSeen {
  /** Those that lead, one for each set of groups; none where no daemon runs. */
  readonly leaders: readonly Leader[];
  /** A line for each daemon that lives and does not answer. */
  readonly silent: readonly string[];
}

/** Looks for daemons, by the machine's time: who only looks once cannot measure how long one has been silent. */
export async function seeDaemon(state: Leads, now: Instant): Promise<DaemonSeen> {
  const leaders = await state.leaders(TICKS);
  const silent = (await state.stalled(TICKS)).map(stalledLine);
  silent.push(...leaders.filter(({ at }) => at + SILENT < now).map(silentLine));
  return { leaders, silent };
}
