import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { definer, graph, HOUR, hourly, type Output } from "../core/mod.ts";
import { type Figure, median, timed } from "./figure.ts";
import { everything, open } from "./trivial.ts";

const ROWS = 10_000;
/** One in so many partitions is marked. */
const APART = 5;

const { asset } = definer<null>();

/** 10,000 hours, 2,000 of which failed when they were last tried and 2,000 owe rows: what is to be made, after each change. */
export async function marks(folder: string): Promise<Figure[]> {
  const path = `${folder}/marks.sqlite`;
  const first = Date.UTC(2020, 0, 1);
  const now = () => first + ROWS * HOUR;
  const hours = asset({
    key: "marks/hours",
    partitions: hourly({ start: "2020-01-01" }),
    batch: { most: ROWS },
    async *materialize({ partitions }) {
      yield [...partitions].map(({ ordinal }): Output => ({ partition: ordinal, dataVersion: "1" }));
    },
  });
  const made = graph([hours]);
  const state = await openSqliteState({ path });
  const orchestrator = await open(made, state, now);
  const all = everything(made, { from: "2020-01-01", to: new Date(now()).toISOString().slice(0, 10) });
  await orchestrator.materialize(all);
  const begin = orchestrator.index.node("marks/hours").set.existing(now())!.from;
  const common = { asset: "marks/hours", at: now(), run: null };
  const at = (place: number) => ({ ...common, from: begin + place, to: begin + place });
  const places = Array.from({ length: ROWS / APART }, (_, i) => i * APART);
  await state.commit({
    claim: null,
    events: places.flatMap((place) => [
      { kind: "due", ...at(place), detail: "a sensor owes rows" } as const,
      { kind: "failed", ...at(place + 1), reason: "error", message: "no answer" } as const,
    ]),
  });
  const passes: number[] = [];
  for (let pass = 0; pass < 100; pass++) {
    const mark = { kind: "due", ...at(places[pass]!), detail: "again" } as const;
    await state.commit({ claim: null, events: [mark] });
    passes.push(
      await timed(async () => {
        const due = (await orchestrator.plan(all)).reduce((sum, { count }) => sum + count, 0);
        if (due !== places.length) throw new Error(`planning: found ${due} hours, wanted ${places.length}`);
      }),
    );
  }
  await state.close();
  return [{ name: "marks_ms", value: median(passes), unit: "ms", limit: 40, state: path }];
}
