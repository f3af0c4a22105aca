import type * as port from "../../../../core/mod.ts";
import { promised } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function queuePort(
  { db, workers, queue, runs, log, leads, ticks, following }: Parts,
): port.Queue {
  return promised<port.Queue>({
    async enqueue(request, at, why = [], lead) {
      const queued = await db.write(() => {
        leads.require(lead);
        const queued = queue.enqueue(request, at, log.head());
        if (queued.isNew) ticks.keep(why, queued.run);
        return queued;
      });
      if (queued.isNew) following.tell();
      return queued;
    },
    keysUsedBefore: (before, page) => queue.keysUsedBefore(before, page),
    forgetKeys: (keys, before) => db.write(() => queue.forgetKeys(keys, before)),
    async take(at, above, waiting, assets) {
      await workers.introduce();
      const taken = await db.patiently(() => queue.take(at, above, waiting, assets));
      if (taken !== undefined) runs.open(taken.id);
      return taken;
    },
    oldest: () => queue.oldest(),
    handBack: (run, at) => workers.write(() => queue.handBackOne(run, at)),
    gotOn: (run) => db.write(() => queue.gotOn(run)),
    cancel: (run, at) =>
      db.write(() => {
        const status = runs.status(run);
        queue.cancel(run, status, at);
        return status;
      }),
    isCancelled: (run) => queue.isCancelled(run),
  });
}
