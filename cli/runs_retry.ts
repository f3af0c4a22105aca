import type { RunId } from "../core/mod.ts";
import type { App, Context, ExitCode, Invocation } from "./context.ts";
import { workerLines } from "./daemon_signs.ts";
import { notify, print, printJson } from "./out.ts";
import { found } from "./runs_logs.ts";

/** Queues what a run failed at or did not reach. @throws {UsageError | RequestError} If there is nothing to go on with. */
export async function retry(
  app: App,
  parent: RunId,
  { json }: Invocation,
  { stdout }: Context,
): Promise<ExitCode> {
  const looking = await app.state("read");
  await found(looking, parent).finally(() => looking.close());
  await using lake = await app.lake("write", { selects: () => new Set() });
  const retried = await lake.orchestrator.retry(parent);
  if (!json) notify(stdout, app.notices);
  if ("nothing" in retried) {
    const { nothing: reason } = retried;
    if (json) {
      printJson(stdout, { run: null, parent, status: "nothing_to_do", reason, warnings: app.notices });
    } else print(stdout, `run ${parent}: nothing to retry: ${reason}`);
    return 0;
  }
  const { run, isNew } = retried;
  const record = (await lake.state.run(run))!.run;
  const { status } = record;
  const lines = status === "queued" ? await workerLines(app, lake.state, record) : [];
  if (json) printJson(stdout, { run, parent, status, warnings: [...app.notices, ...lines] });
  else {
    print(
      stdout,
      isNew ? `run ${run} is queued` : `run ${parent} is being retried by run ${run}, which is ${status}`,
    );
    for (const line of lines) print(stdout, line);
  }
  return 0;
}
