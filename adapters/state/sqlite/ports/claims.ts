import type * as port from "../../../../core/mod.ts";
import { promised } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function claimsPort({ db, workers, claims, pools, runs, queue, log, leads }: Parts): port.Claims {
  return promised<port.Claims>({
    claim: async (run, asset, ranges, begins, slot) =>
      await db.patiently(() => claims.claimAtOnce(run, asset, ranges, begins, slot)) ??
        await workers.write(() => claims.claim(run, asset, ranges, begins, slot)),
    slotWaits: () => pools.all(),
    leave: (run, pool) => workers.write(() => pools.leave(run, pool)),
    isWanted: (token) => pools.isWanted(token),
    release: (token) => workers.write(() => claims.release(token)),
    claims: () => claims.live(),
    holdings: () => db.read(() => claims.all()),
    free: (run, at) =>
      db.write(() => {
        claims.free(run);
        pools.end(run);
        runs.mark(run, at);
      }),
    recover: (at) =>
      workers.write(() => {
        const { queued, others } = runs.left();
        const adopted = claims.adopt();
        for (const run of others) runs.mark(run, at);
        for (const run of queued) queue.putBack(run, at, log.head());
        pools.forgetDead();
        workers.forgetDead();
        leads.forgetDead();
        return adopted;
      }),
  });
}
