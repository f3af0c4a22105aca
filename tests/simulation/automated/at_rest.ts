import { nextOf } from "../../../core/automation/schedule_ticker.ts";
import type { AssetKey } from "../../../core/event.ts";
import { HOUR } from "../../../core/instant.ts";
import type { Reference } from "../reference.ts";
import { backfilled } from "../rules/backfills.ts";
import { toldOf } from "../rules/feed.ts";
import { onlyHeldBack } from "../rules/held_back.ts";
import type { Worker } from "../worker.ts";
import type { Automated } from "./automated.ts";
import { cron } from "./crons.ts";

/** What goes by itself has done all that it was to do, and nobody asked for anything. */
export async function doneByThemselves(
  automated: Automated,
  worker: Worker,
  reference: Reference,
): Promise<void> {
  const { world, world: { oracle, turns } } = worker;
  onlyHeldBack(
    world,
    reference,
    ({ key, automated }, partition) =>
      automated && !isCancelled(worker, key, partition) && !failedLately(worker, key, partition),
  );
  for (const schedule of automated.schedules) {
    oracle.schedules.atRest(schedule, nextOf(schedule, cron), turns.now);
  }
  toldOf(
    oracle,
    automated.feed.items,
    ({ asset, partition }) => worker.set(asset).has(partition, reference.now),
  );
  oracle.alerts.atRest((episode) => automated.isWrong(episode));
  const backfills = await world.quietly(worker, () => worker.orchestrator.backfills());
  for (const each of backfills) await backfilled(worker, reference, each, worker.handle);
}

/** Whether a partition failed so short a time ago, by whatever clock, that it is not asked for. */
function failedLately(worker: Worker, key: AssetKey, partition: number): boolean {
  const { oracle, turns } = worker.world;
  const last = oracle.log.findLast((event) =>
    event.kind === "failed" && event.asset === key && event.from <= partition && partition <= event.to
  );
  return last !== undefined && Math.abs(turns.now - last.at) < HOUR;
}

/** Whether a user cancelled a run over a partition. */
function isCancelled(worker: Worker, key: AssetKey, partition: number): boolean {
  const place = (key: string, of: string | null) => of === null ? 0 : worker.set(key).ordinal(of)!;
  return worker.world.automated!.cancelled.some(({ asset, from, to }) =>
    asset === key && place(key, from) <= partition && partition <= place(key, to)
  );
}
