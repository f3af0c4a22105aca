// A worker process of the tests: `PATH URL` opens a state, finds something wrong and tells a webhook of it.
import { Webhook } from "../../../adapters/alerts/webhook/webhook.ts";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { systemClock } from "../../../app/system.ts";
import { Alerter } from "../../../core/alerts/alerter.ts";
import { graph } from "../../../core/graph.ts";
import { Orchestrator } from "../../../core/orchestrator.ts";
import { Lake, lakePublisher } from "../../simulation/lake.ts";

/** Tells the webhook of what is wrong, over a state. */
export async function tell(path: string, url: string, subjects: readonly string[]): Promise<void> {
  const state = await openSqliteState({ path });
  const { session } = await Orchestrator.open({
    graph: graph([]),
    state,
    publisher: lakePublisher(new Lake()),
    clock: systemClock,
    random: () => 0,
    resources: null,
    mask: (text) => text,
    readSourceFile: () => "",
  });
  const find = () =>
    subjects.map((subject) => ({ subject, severity: "error" as const, message: `${subject} is wrong` }));
  const alerter = new Alerter(session, { rules: [{ name: "mine", find }], channels: [new Webhook({ url })] });
  await alerter.settle(new AbortController().signal);
  await alerter.close();
  await state.close();
}

if (import.meta.main) {
  const [path, url] = Deno.args;
  await tell(path!, url!, ["a", "b"]);
}
