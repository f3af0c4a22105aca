import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { HOUR } from "../core/mod.ts";
import { type Figure, median, timed } from "./figure.ts";
import { everything, marts, open } from "./trivial.ts";

/** 50 eager daily marts over 43,800 hours: what is asked for when nothing changed, and after one change in an old hour. */
export async function automation(folder: string): Promise<Figure[]> {
  const path = `${folder}/automation.sqlite`;
  const now = () => Date.UTC(2025, 0, 1);
  const graph = marts(50);
  const state = await openSqliteState({ path });
  const orchestrator = await open(graph, state, now);
  const first = Date.UTC(2020, 0, 1) / HOUR;
  const report = (hour: number, dataVersion: string) => ({
    partition: new Date(hour * HOUR).toISOString().slice(0, 13),
    dataVersion,
  });
  const hours = Array.from({ length: now() / HOUR - first }, (_, i) => report(first + i, `${i}`));
  await orchestrator.report("marts/hours", hours);
  await orchestrator.materialize(everything(graph, { from: "2020-01-01", to: "2024-12-31" }));
  await state.close();

  const following = await openSqliteState({ path });
  const follower = await open(graph, following, now);
  const ticker = await follower.ticker();
  await ticker.evaluate();
  const idle: number[] = [];
  const changes: number[] = [];
  for (let change = 0; change < 200; change++) {
    // A change is looked at once more; after that, nothing changed.
    await ticker.evaluate();
    idle.push(await timed(() => ticker.evaluate()));
    await follower.report("marts/hours", [report(first + 24 * change, "late")]);
    changes.push(await timed(async () => asks(await ticker.evaluate(), 50)));
  }
  await following.close();
  return [
    { name: "automation_idle_ms", value: median(idle), unit: "ms", limit: 0.1, state: path },
    { name: "automation_change_ms", value: median(changes), unit: "ms", limit: 5, state: path },
  ];
}

function asks(asked: ReadonlyMap<unknown, unknown>, marts: number): void {
  if (asked.size !== marts) {
    throw new Error(`changing an hour: found ${asked.size} marts to be asked for, wanted ${marts}`);
  }
}
