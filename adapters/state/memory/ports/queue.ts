import type * as port from "../../../../core/mod.ts";
import { yielding } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function queuePort({ queue, runs, leads, ticks }: Parts): port.Queue {
  return yielding<port.Queue>({
    enqueue(request, at, why = [], lead) {
      leads.require(lead);
      const queued = queue.enqueue(request, at);
      if (queued.isNew) ticks.keep(why, queued.run);
      return queued;
    },
    keysUsedBefore: (before, page) => queue.keysUsedBefore(before, page),
    forgetKeys: (keys, before) => queue.forgetKeys(keys, before),
    take: (at, above = -Infinity, waiting = [], assets) => queue.take(at, above, waiting, assets),
    oldest: () => queue.oldest(),
    handBack: (id, at) => queue.handBackOne(id, at),
    gotOn: (id) => queue.gotOn(id),
    cancel: (id, at) => queue.cancel(runs.get(id), at),
    isCancelled: (id) => queue.isCancelled(id),
  });
}
