import type { BackfillProgress } from "../../../core/backfill/progress.ts";
import { ordinals } from "../../../core/partition/ranges.ts";
import type { State } from "../../../core/ports/state.ts";
import type { Reference } from "../reference.ts";
import type { Worker } from "../worker.ts";

/** A backfill has ended with each of its partitions done or failed, none in two batches, and none lost. */
export async function backfilled(
  worker: Worker,
  reference: Reference,
  { id, status, total, done, failed }: BackfillProgress,
  { backfills }: Pick<State, "backfills">,
): Promise<void> {
  const { oracle } = worker.world;
  const wrong = (what: string) => oracle.violation(`backfill ${id} (${status}): ${what}`);
  const { seq } = (await backfills.get(id))!.request;
  const all = new Map<string, boolean>();
  for (const { batch, run } of await backfills.batches(id)) {
    if (status !== "cancelled" && run === null) throw wrong(`batch ${batch} was never asked for`);
    for (const { asset, from, to } of await backfills.ranges(id, batch)) {
      const place = (key: string | null) => key === null ? 0 : worker.set(asset).ordinal(key)!;
      for (const partition of ordinals([{ from: place(from), to: place(to) }])) {
        const name = `"${asset}" ${partition}`;
        if (all.has(name)) throw wrong(`${name} is in two batches`);
        // Clocks may have been set back to before it existed.
        const isFresh = worker.set(asset).has(partition, reference.now) &&
          reference.isFresh(asset, partition);
        const row = oracle.rows.get(asset)?.get(partition);
        all.set(name, isFresh || row !== undefined && row.event.seq > seq);
      }
    }
  }
  if (all.size !== total) throw wrong(`found ${all.size} partitions in its batches, wanted ${total}`);
  const truly = [...all.values()].filter((each) => each).length;
  if (truly !== done) throw wrong(`${truly} partitions are done, and it says ${done}`);
  if (status === "cancelled") return;
  if (status === "running" || status === "paused") throw wrong("it never ends");
  if (done + failed !== total) throw wrong(`found ${done} done and ${failed} failed of ${total}`);
  // What it made may have been wiped since.
  if (status === "failed" && failed === 0) throw wrong("none failed");
}
