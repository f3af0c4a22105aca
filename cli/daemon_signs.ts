import type { App, Project } from "./context.ts";
import { daemonAt, seeDaemon, type State } from "../core/mod.ts";

/** Among so many of the latest runs one is looked for that somebody does for others. */
const LATEST = 100;

/** Lines about daemons that do not answer. */
export async function silentLines(app: App, state: State): Promise<readonly string[]> {
  return (await seeDaemon(state, app.machine.now())).silent;
}

/** Says who does what is queued, where that is not a daemon that answers. */
export async function idleLines(app: App, state: State): Promise<readonly string[]> {
  const { leader, silent } = await seeDaemon(state, app.machine.now());
  if (leader !== undefined || await isWorkedOff(state)) return silent;
  return ['no daemon is at work: "deno task daemon" does it'];
}

/** Says who does a run that is queued. */
export async function workerLines(app: App, state: State): Promise<readonly string[]> {
  const { leader, silent } = await seeDaemon(state, app.machine.now());
  if (silent.length > 0) return silent;
  if (leader !== undefined) return [`${daemonAt(leader.place)} does it`];
  if (await isWorkedOff(state)) return ["whoever works off the queue now does it"];
  return ['no daemon is at work: "deno task daemon" does it, or "deno task daemon --once"'];
}

/** Whether somebody works off the queue without leading, such as `daemon --once`. */
async function isWorkedOff(state: State): Promise<boolean> {
  const runs = await state.runs(LATEST);
  return runs.some(({ status, request: { tags } }) => status === "running" && tags?.by !== undefined);
}

/** Whether anything that is declared requests runs by itself: the box's own retention makes nothing. */
export function requestsRuns({ graph, schedules, sensors }: Project): boolean {
  return schedules.length > 0 || sensors.length > 0 || graph.assets.some(({ automation }) => automation);
}

/** Says so where nothing does, and how it is declared. */
export function silentGraphLines(project: Project): readonly string[] {
  if (requestsRuns(project)) return [];
  return [
    'no asset of this graph is made by itself: give assets an "automation", such as eager(), or export ' +
    '"schedules" or "sensors"; without these, "materialize", "backfill" and "runs retry" make them',
  ];
}
