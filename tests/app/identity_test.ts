import { assertEquals, assertRejects } from "@std/assert";
import { memoryState } from "../../adapters/state/memory/state.ts";
import { memoryStore } from "../../adapters/state/memory/store.ts";
import { examineLake, identifyLake } from "../../app/identity.ts";
import { LakeError } from "../../core/mod.ts";
import { localLake } from "../adapters/object_store/local/lake.ts";

const CONTENT = { sources: { openaq: "simulated:1" }, environment: "prod" };

Deno.test("of two states that take one new lake at once, one is refused", async () => {
  await using storage = await localLake();
  await storage.make();
  const places = { storage, state: "state.sqlite" };
  const states = ["a", "b"].map((worker) => memoryState(memoryStore(), worker));
  for (const state of states) assertEquals(await examineLake(state, places, CONTENT), undefined);
  const taken = await Promise.allSettled(states.map((state) => identifyLake(state, places, CONTENT)));
  assertEquals(taken.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const [winner, loser] = taken[0]!.status === "fulfilled" ? states : states.toReversed();
  assertEquals(await examineLake(winner!, places, CONTENT), CONTENT.sources);
  await assertRejects(() => examineLake(loser!, places, CONTENT), LakeError, "do not belong together");
});

Deno.test("sources that are added at once are all in the lake's mark", async () => {
  await using storage = await localLake();
  await storage.make();
  const store = memoryStore();
  const names = ["openaq", "dump", "weather"];
  await Promise.all(names.map((name) =>
    identifyLake(memoryState(store, name), { storage, state: "" }, {
      sources: { [name]: `from ${name}` },
      environment: "prod",
    })
  ));
  const { sources } = JSON.parse((await storage.documents.read("_airgraph.json"))!.text);
  assertEquals(Object.keys(sources).sort(), names.toSorted());
});
