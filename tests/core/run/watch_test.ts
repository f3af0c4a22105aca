import { assertEquals } from "@std/assert";
import { MINUTE } from "../../../core/instant.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { fakeClock } from "../../fake_clock.ts";
import { lab, NOON } from "../lab.ts";
import { files } from "./with_files.ts";

const DAMAGED = "damaged a published file is gone or has other bytes";

/** Files that one process made and another shows, which lasts. */
async function lasting(recordsDamage: boolean) {
  const { one, lake, content } = files();
  const [store, clock] = [memoryStore(), fakeClock(NOON, { auto: true })];
  const maker = await lab([one], { store, lake, clock, worker: "maker" });
  await maker.materialize();
  const looking = await lab([one], { store, lake, clock, worker: "looking", recordsDamage });
  const causes = (key: string) => looking.causes("t/one", key);
  return { ...looking, maker, clock, content, causes, one };
}

Deno.test("a file that goes, or is altered, while a process lasts is noticed by the next look", async () => {
  const { orchestrator, lake, clock, causes } = await lasting(false);
  await orchestrator.watchFiles();
  assertEquals([await causes("a"), await causes("b")], [[], []]);
  lake.files.delete("lake/one/a");
  lake.files.set("lake/one/b", "2");
  await orchestrator.watchFiles();
  assertEquals(await causes("a"), [], "it looks now and then");
  await clock.sleep(MINUTE, new AbortController().signal);
  await orchestrator.watchFiles();
  assertEquals([await causes("a"), await causes("b")], [[DAMAGED], [DAMAGED]]);
});

Deno.test("who only shows records nothing of damage, and takes back what is whole again", async () => {
  const { orchestrator, lake, clock, causes, state, maker } = await lasting(false);
  const events = (await state.since(0)).length;
  lake.files.delete("lake/one/a");
  const [damaged] = await orchestrator.lookAtFiles("t/one", [{ from: 0, to: 0 }]);
  assertEquals([damaged!.partition, damaged!.checks[0]!.passed], [0, false]);
  assertEquals(await orchestrator.lookAtFiles("t/one", [{ from: 0, to: 1 }]), [damaged], "as long as it is");
  assertEquals(await causes("a"), [DAMAGED]);
  lake.files.set("lake/one/a", "1");
  await clock.sleep(MINUTE, new AbortController().signal);
  await orchestrator.watchFiles();
  assertEquals(await causes("a"), []);
  lake.files.delete("lake/one/a");
  await orchestrator.lookAtFiles("t/one", [{ from: 0, to: 0 }]);
  lake.files.set("lake/one/a", "1");
  assertEquals(await orchestrator.lookAtFiles("t/one", [{ from: 0, to: 0 }]), []);
  assertEquals([await causes("a"), (await state.since(0)).length], [[], events]);
  lake.files.delete("lake/one/b");
  await orchestrator.lookAtFiles("t/one", [{ from: 1, to: 1 }]);
  await maker.materialize({ partitions: ["b"], force: true });
  assertEquals(await causes("b"), [], "made again");
});

Deno.test("who makes records damage, so that all know of it", async () => {
  const { orchestrator, lake, maker } = await lasting(true);
  lake.files.delete("lake/one/b");
  await orchestrator.watchFiles();
  assertEquals(await maker.causes("t/one", "b"), [DAMAGED]);
});
