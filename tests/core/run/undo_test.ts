import { assertEquals } from "@std/assert";
import { DAY } from "../../../core/instant.ts";
import type { Publisher } from "../../../core/ports/publisher.ts";
import { lab } from "../lab.ts";
import { files, REQUEST } from "./with_files.ts";

Deno.test("a rollback puts the version before back, fresh until something changes", async () => {
  const { one, lake, content, finals } = files();
  const { materialize, orchestrator, plan } = await lab([one], { lake });
  await materialize();
  assertEquals((await orchestrator.rollback("t/one", "a")).status, "no-version");
  content["a"] = "2";
  await materialize({ force: true });
  assertEquals(await orchestrator.rollback("t/one", "a"), {
    status: "rolled-back",
    from: "2",
    to: "1",
    rows: 1,
  });
  assertEquals([finals(), await plan()], [["1", "1"], []]);
  assertEquals((await materialize()).status, "nothing_to_do");
  await orchestrator.rollback("t/one", "a");
  assertEquals(finals(), ["2", "1"]);
  lake.files.delete("_versions/lake/one/a/1");
  assertEquals((await orchestrator.rollback("t/one", "a")).status, "no-version");
});

Deno.test("a wipe forgets and leaves the files; what was wiped is missing", async () => {
  const { one, lake, finals } = files();
  const { materialize, orchestrator, plan } = await lab([one], { lake });
  await materialize();
  assertEquals([...await orchestrator.wipe({ ...REQUEST, partitions: ["b"] })], [["t/one", 1]]);
  assertEquals([finals(), await plan()], [["1", "1"], ["t/one b missing"]]);
  await materialize();
  assertEquals(await plan(), []);
});

Deno.test("pruning deletes the files of what is old, and leaves it fresh", async () => {
  const { one, lake, finals } = files([], true);
  const { materialize, orchestrator, plan, clock } = await lab([one], { lake });
  await materialize();
  await clock.advance(7 * DAY - 1);
  await materialize({ partitions: ["b"], force: true });
  await clock.advance(1);
  assertEquals([...await orchestrator.prune(REQUEST.assets)], [["t/one", 1]]);
  assertEquals([finals(), await plan()], [[undefined, "1"], []]);
});

Deno.test("a pruning killed after its mark is completed by the next", async () => {
  const { one, lake, finals } = files([], true);
  const victim = await lab([one], {
    lake,
    publisher: (publisher) =>
      Object.assign(Object.create(publisher) as Publisher, publisher, {
        remove: () => new Promise<number>(() => {}),
      }),
  });
  await victim.materialize();
  await victim.clock.advance(7 * DAY);
  victim.orchestrator.prune(REQUEST.assets);
  while (victim.store.events.length < 3) await new Promise((go) => setTimeout(go, 1));
  victim.store.kill("a");
  const next = await lab([one], { store: victim.store, lake, clock: victim.clock, worker: "b" });
  assertEquals(finals(), ["1", "1"]);
  assertEquals([...await next.orchestrator.prune(REQUEST.assets)], [["t/one", 2]]);
  assertEquals(finals(), [undefined, undefined]);
  assertEquals([...await next.orchestrator.prune(REQUEST.assets)], [["t/one", 0]]);
});

Deno.test("a rollback puts back the newest other version, whichever of its bytes are kept", async () => {
  const { one, lake, content, finals } = files();
  const { materialize, orchestrator } = await lab([one], { lake });
  for (const next of ["1", "2", "3", "3"]) {
    content["a"] = next;
    await materialize({ force: true });
  }
  assertEquals((await orchestrator.rollback("t/one", "a")).status, "rolled-back");
  assertEquals(finals()[0], "2");
});
