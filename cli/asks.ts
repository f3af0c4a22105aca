import type { Project } from "./context.ts";

/** Whether anything that is declared asks for runs by itself: the box's own retention makes nothing. */
export function asksByItself({ graph, schedules, sensors }: Project): boolean {
  return schedules.length > 0 || sensors.length > 0 || graph.assets.some(({ automation }) => automation);
}

/** Says so where nothing does, and how it is declared. */
export function silentGraphLines(project: Project): readonly string[] {
  if (asksByItself(project)) return [];
  return [
    'nothing of this graph asks to be made by itself: give assets an "automation", such as eager(), or export ' +
    '"schedules" or "sensors"; "materialize", "backfill" and "runs retry" ask for it, too',
  ];
}
