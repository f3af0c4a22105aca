// Ticks a schedule of each second and a sensor that counts, and ends their runs at once: `PATH [ROUNDS]`, without ROUNDS
// until it is killed. Two of these may be at work on one state.
import { CronerCron } from "../../adapters/cron/croner/cron.ts";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { systemClock } from "../../app/system.ts";
import { definer, graph, Orchestrator, schedule, sensor } from "../../core/mod.ts";

const letter = definer<unknown>().asset({ key: "t/letter", async *materialize() {} });
const selection = ["t/letter"];
const schedules = [schedule({ name: "seconds", cron: "* * * * * *", catchUp: "all", selection })];
const sensors = [
  sensor({
    name: "count",
    every: { seconds: 0.01 },
    sense({ cursor }) {
      const next = Number(cursor ?? 0) + 1;
      return { requests: [{ key: `${next}`, selection }], cursor: next };
    },
  }),
];

if (import.meta.main) {
  const [path, rounds = Infinity] = [Deno.args[0]!, Deno.args[1] && Number(Deno.args[1])];
  const state = await openSqliteState({ path });
  const nobody = () => Promise.reject(new Error("found something to publish, wanted nothing"));
  const orchestrator = await Orchestrator.open({
    graph: graph([letter]),
    state,
    publisher: new Proxy({}, { get: () => nobody }) as never,
    clock: systemClock,
    cron: () => Promise.resolve(new CronerCron()),
    random: Math.random,
    resources: null,
    mask: (text) => text,
    readSourceFile: () => "",
  });
  const files = { list: nobody, found: nobody, present: nobody, known: nobody };
  const ticking = await orchestrator.tickers({ schedules, sensors, files, lookbackDays: 7 });
  for (let round = 0; round < Number(rounds); round++) {
    await state.recover(Date.now());
    for (const ticker of ticking) await ticker.tick(new AbortController().signal);
    for (let taken = await state.take(Date.now()); taken; taken = await state.take(Date.now())) {
      await state.endRun(taken.id, "succeeded", null, Date.now());
    }
    if (round === 0) console.log("at work");
    await systemClock.sleep(5);
  }
  await state.close();
}
