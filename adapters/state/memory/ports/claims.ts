import type * as port from "../../../../core/mod.ts";
import { yielding } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function claimsPort({ claims, pools, runs, queue }: Parts): port.Claims {
  return yielding<port.Claims>({
    claim: (run, asset, ranges, begins, slot) => claims.claim(run, asset, ranges, begins, slot),
    slotWaits: () => pools.all(),
    leave: (run, pool) => pools.leave(run, pool),
    isWanted(token) {
      const claim = claims.own(token);
      return claim?.pool !== undefined && pools.isWanted(claim.run, claim.pool);
    },
    release: (token) => claims.release(token),
    claims: () => claims.live(),
    holdings: () => claims.all(),
    free(run, at) {
      claims.free(run);
      pools.end(run);
      runs.interrupt(run, at);
    },
    recover(at) {
      queue.recover(at);
      return claims.adopt();
    },
  });
}
