import { assertEquals } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer, from } from "../../../core/asset.ts";
import { latest } from "../../../core/mapping.ts";
import type { State } from "../../../core/ports/state.ts";
import { contents, lab } from "../lab.ts";

const { asset } = definer<null>();

function graphOf(code: string) {
  const up = asset({ key: "t/up", code, ...contents({}, code) });
  return [up, asset({ key: "t/down", deps: { up: from(up, latest) }, ...contents({}) })];
}

Deno.test("two runs of different code do not make each other's inputs again and again", async () => {
  const store = memoryStore();
  const newer = await lab(graphOf("2"), { store, worker: "newer" });
  let made = 0;
  // As soon as the older one has made its input, the newer one makes it, too.
  const state = (real: State): State =>
    new Proxy(real, {
      get(_, property) {
        if (property !== "commit") {
          return Reflect.get(real, property).bind?.(real) ?? Reflect.get(real, property);
        }
        return async (commit: Parameters<State["commit"]>[0]) => {
          const committed = await real.commit(commit);
          if (
            commit.events.some(({ kind, asset }) => kind === "materialized" && asset === "t/up") &&
            ++made < 10
          ) {
            await newer.materialize({ assets: new Set(["t/up"]) });
          }
          return committed;
        };
      },
    });
  const older = await lab(graphOf("1"), { store, worker: "older", state });
  const { counts, errors } = await older.materialize();
  assertEquals([made, counts.materialized, counts.blocked], [1, 1, 1]);
  assertEquals(errors.map(({ asset, message }) => [asset, message]), [[
    "t/down",
    "needs t/up, which is stale",
  ]]);
});
