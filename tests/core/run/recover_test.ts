import { assertEquals } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer } from "../../../core/asset.ts";
import type { Publisher } from "../../../core/ports/publisher.ts";
import { Lake } from "../../simulation/lake.ts";
import { filed, lab } from "../lab.ts";

const { asset } = definer<null>();

Deno.test("who took over a publication and lost it again puts nothing back", async () => {
  const [store, lake] = [memoryStore(), new Lake()];
  const one = asset({
    key: "t/one",
    async *materialize({ staging }) {
      await null;
      yield [filed(lake, { staging, name: "one", partition: 0, key: null, content: "1" })];
    },
  });
  const stopped = Promise.withResolvers<void>();
  const replace = () => {
    stopped.resolve();
    return new Promise<never>(() => {});
  };
  const first = await lab([one], { store, lake, worker: "a", publisher: (real) => ({ ...real, replace }) });
  first.materialize();
  await stopped.promise;
  store.kill("a");

  const calls: string[] = [];
  const robbed = (real: Publisher): Publisher => ({
    ...real,
    replace(batch, measured) {
      calls.push("replace");
      if (calls.length > 1) return real.replace(batch, measured);
      for (const [token, claim] of store.claims) store.claims.set(token, { ...claim, worker: null });
      return Promise.reject(new Error("no space left"));
    },
    revert(batch, measured) {
      calls.push("revert");
      return real.revert(batch, measured);
    },
  });
  const second = await lab([one], { store, lake, worker: "b", publisher: robbed });
  await second.materialize();
  assertEquals(calls, ["replace", "replace"]);
  assertEquals([lake.files.get("lake/one/-"), await second.plan()], ["1", []]);
});
