import { assertEquals } from "@std/assert";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import type { Scratch } from "../../../core/ports/workspace.ts";
import { sweepStaging } from "../../../core/run/sweep.ts";

/** How many folders of killed engines are swept, and of how many runs the state was asked. */
async function swept(statuses: readonly ("running" | "succeeded")[]) {
  const state = memoryState(memoryStore(), "a");
  for (const status of statuses) {
    const run = await state.beginRun({ command: "prune", ranges: [] }, 0);
    if (status !== "running") await state.endRun(run, status, null, 1);
  }
  const asked: number[] = [];
  const counting = {
    ...state,
    claims: () => state.claims(),
    runs: (limit: number) => {
      asked.push(limit);
      return state.runs(limit);
    },
  };
  const left: Scratch = { path: "duckdb-1", [Symbol.asyncDispose]: () => Promise.resolve() };
  const lake = {
    store: { folders: () => Promise.resolve([]) },
    workspace: { othersScratch: () => Promise.resolve([left]) },
  };
  return { swept: await sweepStaging(lake as never, counting as never), asked };
}

const ended = (count: number) => Array<"succeeded">(count).fill("succeeded");

Deno.test("a run at work keeps engines' folders, however old it is; it is looked for among the newest first", async () => {
  assertEquals(await swept([...ended(500), "running"]), { swept: 0, asked: [20] });
  assertEquals(await swept(["running", ...ended(500)]), { swept: 0, asked: [20, 200, 2_000] });
  assertEquals(await swept(ended(3)), { swept: 1, asked: [20] });
  assertEquals(await swept(ended(20)), { swept: 1, asked: [20, 200] });
});
