import { assertEquals, assertRejects } from "@std/assert";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { examineLake, identifyLake, LakeError, readMark } from "../../../core/mod.ts";
import { localLake } from "../../adapters/object_store/local/lake.ts";

const IDS = { newId: () => crypto.randomUUID() };
const CONTENT = { sources: { openaq: "simulated:1" }, environment: "prod" };

Deno.test("of two states that take one new lake at once, one is refused", async () => {
  await using storage = await localLake();
  await storage.make();
  const places = { storage, state: "state.sqlite" };
  const states = ["a", "b"].map((worker) => memoryState(memoryStore(), worker));
  for (const state of states) {
    assertEquals(await examineLake(state, await readMark(places), CONTENT), undefined);
  }
  const taken = await Promise.allSettled(states.map((state) => identifyLake(state, places, CONTENT, IDS)));
  assertEquals(taken.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const [winner, loser] = taken[0]!.status === "fulfilled" ? states : states.toReversed();
  assertEquals(await examineLake(winner!, await readMark(places), CONTENT), CONTENT.sources);
  const marked = await readMark(places);
  await assertRejects(() => examineLake(loser!, marked, CONTENT), LakeError, "do not belong together");
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
    }, IDS)
  ));
  const { sources } = JSON.parse((await storage.documents.read("_airgraph.json"))!.text);
  assertEquals(Object.keys(sources).sort(), names.toSorted());
});

/** An object whose one method first lets something else happen, once. */
function after<T extends object>(of: T, name: keyof T, act: () => Promise<unknown>): T {
  let acted: Promise<unknown> | undefined;
  return new Proxy(of, {
    get: (target, key) => {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return key !== name
        ? value.bind(target)
        : async (...args: unknown[]) => (await (acted ??= act()), await value.apply(target, args));
    },
  });
}

Deno.test("who meets a command that makes the lake, at whatever moment, goes on with it", async () => {
  for (const moment of ["the mark", "the state", "the runs"]) {
    await using storage = await localLake();
    await storage.make();
    const store = memoryStore();
    const [state, other] = [memoryState(store, "a"), memoryState(store, "b")];
    const make = async () => {
      await identifyLake(other, { storage, state: "" }, CONTENT, IDS);
      await other.beginRun({ command: "materialize", ranges: [] }, 0);
    };
    if (moment === "the runs") {
      const full = after(storage.documents, "swap", () => Promise.reject(new Error("no room")));
      const places = { storage: { ...storage, documents: full }, state: "" };
      await assertRejects(() => identifyLake(other, places, CONTENT, IDS), Error, "no room");
    }
    const documents = moment === "the mark" ? after(storage.documents, "read", make) : storage.documents;
    const keyValue = moment === "the state" ? after(state.keyValue, "get", make) : state.keyValue;
    const met = moment === "the runs" ? after(state, "runs", make) : state;
    const seen = new Proxy(met, {
      get: (target, key) => {
        if (key === "keyValue") return keyValue;
        const value = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    assertEquals(
      await examineLake(seen, await readMark({ storage: { ...storage, documents }, state: "" }), CONTENT),
      CONTENT.sources,
      moment,
    );
  }
});
