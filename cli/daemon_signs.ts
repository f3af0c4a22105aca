import type { App, Project } from "./context.ts";
import { handsOf, type RunRecord, seeDaemon, type State, worksOf } from "../core/mod.ts";

type Works = Parameters<typeof handsOf>[2];

/** Lines about daemons that do not answer. */
export async function silentLines(app: App, state: State): Promise<readonly string[]> {
  return (await seeDaemon(state, app.machine.now())).silent;
}

/** Says who does some work, where that is not a daemon that answers. */
export async function idleLines(app: App, state: State, works: Works): Promise<readonly string[]> {
  return (await handsOf(state, app.machine.now(), works)).lines;
}

/** Says who does a run that is queued. */
export async function workerLines(
  app: App,
  state: State,
  { request: { ranges } }: RunRecord,
): Promise<readonly string[]> {
  const { waits, lines, place } = await handsOf(state, app.machine.now(), worksOf([ranges]));
  if (!waits) return [place === undefined ? "whoever works off the queue now does it" : `${place} does it`];
  return place === undefined ? lines.map((line) => `${line}, or "deno task daemon --once"`) : lines;
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
