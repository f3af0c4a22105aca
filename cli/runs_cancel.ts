import { cancelRun, type RunId } from "../core/mod.ts";
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
  const turned = (await cancelRun(state, run, app.now()).finally(() => state.close()))!;
  if ("ended" in turned) {
    const { ended: status } = turned;
    log.error(`cancelling run ${run}: found it ${status}, wanted one that is queued or running`);
    if (json) printJson(stdout, { run, status, warnings: app.notices });
    return 1;
  }
  const { status } = turned;
  if (json) printJson(stdout, { run, status, warnings: app.notices });
  else {
    notify(stdout, app.notices);
    print(stdout, `run ${run} ${status === "ending" ? ENDING : "cancelled: it had not begun"}`);
  }
  return 0;
}

const ENDING = "is asked to end: it does within a second, or with its next group of partitions";
