import type { Lack } from "../../../core/ports/backfills.ts";
import { iso } from "../../../core/instant.ts";
import type { Worker } from "../worker.ts";

/** Asks for something as a user may beside what goes by itself: a backfill, how one goes on, a pause. */
export async function askBeside(worker: Worker): Promise<void> {
  const { world: { automated, turns, trace }, state } = worker;
  const { chance } = automated!;
  const kind = chance.pick(["backfill", "backfill", "turn", "pause"]);
  trace.push(`${worker.name} asks for ${kind}`);
  if (kind === "pause") return await automated!.pause(worker);
  if (kind === "backfill") return await backfill(worker);
  const open = await state.backfills.list("open");
  if (open.length === 0) return;
  const to = chance.pick(["paused", "paused", "running", "running", "cancelled"] as const);
  await state.backfills.turn(chance.pick(open).id, to, turns.read(worker));
}

async function backfill(worker: Worker): Promise<void> {
  const { world: { automated, sketches, turns }, orchestrator } = worker;
  const { chance } = automated!;
  const assets = new Set(
    sketches.filter(({ kind, key }) => kind !== "external" && chance.happens(0.8) && worker.knows(key))
      .map(({ key }) => key),
  );
  if (assets.size === 0) return;
  const words = [...assets];
  const only = chance.pick<readonly Lack[] | undefined>([undefined, undefined, ["missing"], [
    "failed",
    "stale",
  ]]);
  const planned = await orchestrator.planBackfill({
    assets,
    words,
    lookbackDays: 7,
    from: chance.pick(["2024-02-01", "2024-01-30"]),
    to: iso(turns.read(worker)).slice(0, 10),
    oldestFirst: chance.happens(0.3),
    leastSeconds: () => 0,
    ...(only && { only }),
  }, new AbortController().signal);
  if (planned.partitions > 0) await planned.begin();
}
