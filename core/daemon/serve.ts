import type { DaemonOptions } from "./options.ts";

/**
 * Keeps the graph true until the signal is aborted: who leads requests runs, and everybody does them. What requests runs
 * and fails is told and tried again. Ends once the runs at work have ended or are to be handed back, which closing the
 * state does.
 *
 * @throws What the state, or a run of which it is not known how it ended, broke off with: open all anew.
 */
export async function serve(options: DaemonOptions): Promise<void> {
  const { Daemon } = await import("./daemon.ts");
  await new Daemon(options).serve();
}
