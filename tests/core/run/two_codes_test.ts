import { assertEquals } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer, from } from "../../../core/asset.ts";
import { latest } from "../../../core/mapping.ts";
import type { State } from "../../../core/ports/state.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { codeVersion } from "../../../core/fingerprint.ts";
import type { RunResult } from "../../../core/run/tally.ts";
import { contents, type Lab, lab } from "../lab.ts";

const { asset } = definer<null>();

function graphOf(code: string) {
  const up = asset({ key: "t/up", code, ...contents({}, code) });
  return [up, asset({ key: "t/down", deps: { up: from(up, latest) }, ...contents({}) })];
}

/** Does something once, as soon as a commit makes an asset. */
function afterMaking(asset: string, act: () => Promise<unknown>) {
  let isDone = false;
  return (real: State): State =>
    new Proxy(real, {
      get(_, property) {
        if (property !== "commit") {
          return Reflect.get(real, property).bind?.(real) ?? Reflect.get(real, property);
        }
        return async (commit: Parameters<State["commit"]>[0]) => {
          const committed = await real.commit(commit);
          const isMade = commit.events.some((event) =>
            event.kind === "materialized" && event.asset === asset
          );
          if (isMade && !isDone) {
            isDone = true;
            await act();
          }
          return committed;
        };
      },
    });
}

const WAITS = (own: string, present: string) =>
  `found code ${own} in this process, wanted ${present} as it was registered since: ` +
  "start this process again from the checkout that has it";
const version = (code: string) => codeVersion(code, {}).slice(0, 8);

Deno.test("a run whose inputs are made by newer code meanwhile reads these, and makes them no more", async () => {
  const store = memoryStore();
  let made = 0;
  const newer = async () => {
    const { materialize } = await lab(graphOf("2"), { store, worker: "newer" });
    await materialize({ assets: new Set(["t/up"]) });
    made++;
  };
  const older = await lab(graphOf("1"), { store, worker: "older", state: afterMaking("t/up", newer) });
  const { status, counts } = await older.materialize();
  assertEquals([made, status, counts.materialized], [1, "succeeded", 2]);
  const versions = (await older.state.since(0)).flatMap((event) =>
    event.kind === "materialized" ? `${event.asset} ${event.dataVersion}` : event.kind
  );
  assertEquals(versions, ["t/up 1", "registered", "t/up 2", "t/down 1"]);
});

Deno.test("a worker makes nothing of an asset of which other code was registered, says so, and makes the others", async () => {
  const store = memoryStore();
  const older = await lab(
    [...graphOf("1"), asset({ key: "t/other", ...contents({}) })],
    { store, worker: "older" },
  );
  await lab(graphOf("2"), { store, worker: "newer" });
  const { status, counts, errors, run } = await older.materialize();
  assertEquals([status, counts.materialized, counts.blocked], ["failed", 1, 2]);
  assertEquals(errors.map(({ asset, message }) => [asset, message]), [
    ["t/up", WAITS(version("1"), version("2"))],
    ["t/down", "needs t/up, which failed or is blocked"],
  ]);
  const summary = JSON.stringify((await older.state.run(run!))?.run.summary);
  assertEquals(summary.includes("wanted " + version("2")), true, summary);
});

Deno.test("a queued run of other code is left to who has it, or handed back where that came meanwhile", async () => {
  const store = memoryStore();
  const partitions = staticKeys(["a", "b", "c"]);
  const graph = (code: string) => [
    asset({ key: "t/up", code, partitions, batch: { most: 1 }, ...contents({}, code) }),
  ];
  const request = { command: "materialize", ranges: [{ asset: "t/up", from: "a", to: "c" }] } as const;
  let newer: Lab | undefined;
  const older = await lab(graph("1"), {
    store,
    worker: "older",
    limits: { steps: 1, pools: {} },
    state: afterMaking("t/up", async () => newer = await lab(graph("2"), { store, worker: "newer" })),
  });
  const { run } = await older.state.enqueue(request, 0);
  const ends = [];
  for await (const { outcome } of older.orchestrator.work()) ends.push(outcome.status);
  assertEquals(ends, ["handed-back"]);
  assertEquals((await older.state.run(run))?.run.status, "queued");
  assertEquals(await older.orchestrator.take(), undefined);
  const { counts } = (await newer!.orchestrator.work().next()).value!.outcome as RunResult;
  assertEquals(counts.materialized, 3);
  // Registered again on purpose: the older code is the present one, and the newer stands back.
  await lab(graph("1"), { store, worker: "older again" });
  const again = await older.state.enqueue(request, 1);
  assertEquals(await newer!.orchestrator.take(), undefined);
  assertEquals((await older.orchestrator.take())?.id, again.run);
});
