import type { RunId, RunStatus } from "../core/mod.ts";
import type { App, Context, ExitCode, Invocation } from "./context.ts";
import { notify, print, printJson } from "./out.ts";
import { found } from "./runs_logs.ts";

/** Cancels a run that is queued, or asks who works on it for its end. @throws {UsageError} If there is no such run. */
export async function cancel(
  app: App,
  run: RunId,
  { json }: Invocation,
  { stdout, log }: Context,
): Promise<ExitCode> {
  const looking = await app.state("read");
  await found(looking, run).finally(() => looking.close());
  const state = await app.state("write");
  const status = await state.cancel(run, app.now()).finally(() => state.close());
  const told = TOLD[status];
  if (told === undefined) {
    log.error(`cancelling run ${run}: found it ${status}, wanted one that is queued or running`);
    if (json) printJson(stdout, { run, status, warnings: app.notices });
    return 1;
  }
  if (json) printJson(stdout, { run, status: told.status, warnings: app.notices });
  else {
    notify(stdout, app.notices);
    print(stdout, `run ${run} ${told.text}`);
  }
  return 0;
}

/** A sentence on what becomes of a run, by its status until then. */
const TOLD: Partial<Readonly<Record<RunStatus, { readonly status: string; readonly text: string }>>> = {
  queued: { status: "cancelled", text: "cancelled: it had not begun" },
  running: {
    status: "ending",
    text: "is asked to end: it does within a second, or with its next group of partitions",
  },
};
