import { handsOf, seeDaemon, type State } from "../core/mod.ts";
import type { App } from "./context.ts";

/** Lines about daemons that do not answer. */
export async function silentLines(app: App, state: State): Promise<readonly string[]> {
  return (await seeDaemon(state, app.machine.now())).silent;
}

/** Says who does what is queued, where that is not a daemon that answers. */
export async function idleLines(app: App, state: State): Promise<readonly string[]> {
  return (await handsOf(state, app.machine.now())).lines;
}

/** Says who does a run that is queued. */
export async function workerLines(app: App, state: State): Promise<readonly string[]> {
  const { waits, lines, place } = await handsOf(state, app.machine.now());
  if (!waits) return [place === undefined ? "whoever works off the queue now does it" : `${place} does it`];
  return place === undefined ? lines.map((line) => `${line}, or "deno task daemon --once"`) : lines;
}
