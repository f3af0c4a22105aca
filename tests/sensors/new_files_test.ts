import { assertEquals } from "@std/assert";
import { localStorage } from "../../app/storage.ts";
import { memoryState } from "../../adapters/state/memory/state.ts";
import { memoryStore } from "../../adapters/state/memory/store.ts";
import { daily, definer, graph, Orchestrator } from "../../core/mod.ts";
import { newFiles, type NewFilesOptions } from "../../sensors/new_files.ts";
import { fakeClock } from "../fake_clock.ts";

const { external } = definer<unknown>();
const parcels = external({ key: "t/parcels", partitions: daily({ start: "2024-01-01" }) });

/** A lake in a folder, and a sensor that looks below `in`. */
async function opened(given: Partial<NewFilesOptions> = {}) {
  const folder = await Deno.makeTempDir();
  const { store, publisher } = localStorage(folder);
  const state = memoryState(memoryStore(), "a");
  const clock = fakeClock(Date.UTC(2024, 1, 1));
  const orchestrator = await Orchestrator.open({
    graph: graph([parcels]),
    state,
    publisher,
    clock,
    random: () => 0.5,
    resources: null,
    mask: (text) => text,
    readSourceFile: () => "",
  });
  const sensor = newFiles({
    name: "parcels",
    asset: "t/parcels",
    folder: "in",
    partition: (path) => /^in\/(\d{4}-\d\d-\d\d)[/.]/.exec(path)?.[1],
    ...given,
  });
  const [ticker] = await orchestrator.tickers({
    schedules: [],
    sensors: [sensor],
    lookbackDays: 7,
    files: {
      list: (folder) => store.list(folder),
      found: (paths) => publisher.found(paths),
      present: (refs) => publisher.present(refs),
      known: (folder) => state.filesBelow(folder),
    },
  });
  return {
    state,
    async put(path: string, text: string) {
      await store.write(`in/${path}`, new TextEncoder().encode(text));
    },
    remove: (path: string) => Deno.remove(`${folder}/in/${path}`),
    async tick() {
      const { runs } = await ticker!.tick(new AbortController().signal);
      await clock.advance(60_000);
      const [last] = await state.ticks("parcels", { limit: 1 });
      return [`${last!.outcome}: ${last!.detail}`, ...runs.map(({ request }) => request)];
    },
    async standing() {
      const all = await state.materializations("t/parcels", [{ from: 0, to: 1e6 }]);
      return all.map(({ event: { payload: { files }, dataVersion } }) => ({
        files: files.map(({ path, size }) => `${path} ${size}`),
        dataVersion,
      }));
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const NOTHING = ["skipped: nothing new below in"];

Deno.test("files that others put are reported once, each partition with all of its own", async () => {
  await using lake = await opened();
  assertEquals(await lake.tick(), NOTHING);
  await lake.put("2024-01-15.csv", "one");
  await lake.put("2024-01-16/a.csv", "two");
  await lake.put("2024-01-16/b.csv", "three");
  for (const stray of ["readme", "2034-01-01.csv", "2024-13-01.csv", "2023-01-01.csv"]) {
    await lake.put(stray, "");
  }
  assertEquals(await lake.tick(), ["requested: 2 partitions reported"]);
  assertEquals((await lake.standing()).map(({ files }) => files), [
    ["in/2024-01-15.csv 3"],
    ["in/2024-01-16/a.csv 3", "in/2024-01-16/b.csv 5"],
  ]);
  assertEquals(await lake.tick(), NOTHING);
});

Deno.test("what grows, comes beside others or goes is reported anew; what is gone as a whole stays as it was", async () => {
  await using lake = await opened();
  await lake.put("2024-01-15/a", "half");
  await lake.tick();
  const [half] = await lake.standing();
  await lake.put("2024-01-15/a", "half and half");
  assertEquals(await lake.tick(), ["requested: 1 partition reported"]);
  await lake.put("2024-01-15/b", "more");
  assertEquals(await lake.tick(), ["requested: 1 partition reported"]);
  await lake.remove("2024-01-15/b");
  await lake.put("2024-01-15/a", "half");
  assertEquals(await lake.tick(), ["requested: 1 partition reported"]);
  assertEquals(await lake.standing(), [half!], "the same files are the same version");
  await lake.remove("2024-01-15/a");
  assertEquals(await lake.tick(), NOTHING);
  assertEquals(await lake.standing(), [half!]);
});

Deno.test("a run over what came is asked for, too, where it is to be", async () => {
  await using lake = await opened({ materialize: { selection: ["t/parcels"], all: true, priority: 3 } });
  await lake.put("2024-01-15.csv", "one");
  const [told, request] = await lake.tick();
  assertEquals(told, "requested: 1 run asked for, 1 partition reported");
  assertEquals((request as { priority?: number }).priority, 3);
  assertEquals(await lake.tick(), NOTHING);
  await lake.put("2024-01-16.csv", "two");
  assertEquals((await lake.tick()).length, 2);
  await lake.put("2024-01-16.csv", "other");
  await lake.tick();
  await lake.put("2024-01-16.csv", "two");
  await lake.tick();
  assertEquals((await lake.state.runs(9)).length, 4, "what was so before is asked for again");
  const { value, version } = (await lake.state.keyValue.get("sensors/parcels"))!;
  const cursor = { content: "that of before", times: 3 };
  await lake.state.keyValue.put("sensors/parcels", { ...value as object, cursor }, version);
  assertEquals((await lake.tick())[0], "skipped: nothing new below in");
  assertEquals(
    (await lake.state.runs(9)).length,
    4,
    "whoever was killed before the cursor moved asks for the same run",
  );
});
