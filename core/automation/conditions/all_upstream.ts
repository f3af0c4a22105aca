import { subtract } from "../../partition/ranges.ts";
import type { UpstreamCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";
import { membersRead, readersOf, upstreamOf } from "./upstream.ts";

/** All of the partitions that are read and exist meet a condition. */
export const allUpstream: Evaluator<UpstreamCondition> = {
  name: ({ of }, nameOf) => `all upstream ${nameOf(of)}`,
  met({ of }, site) {
    let met = site.within;
    for (const edge of upstreamOf(site)) {
      const read = membersRead(site, edge);
      const without = subtract(read, site.part(of, { within: read, reader: edge }));
      met = subtract(met, readersOf(edge, without, met, site.view.index.now));
    }
    return met;
  },
};
