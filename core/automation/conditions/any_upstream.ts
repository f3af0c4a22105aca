import { type Ranges, union } from "../../partition/ranges.ts";
import type { UpstreamCondition } from "../condition.ts";
import type { Evaluator } from "../evaluator.ts";
import { membersRead, readersOf, upstreamOf } from "./upstream.ts";

/** Any of the partitions that are read meets a condition. */
export const anyUpstream: Evaluator<UpstreamCondition> = {
  name: ({ of }, nameOf) => `any upstream ${nameOf(of)}`,
  met({ of }, site) {
    let met: Ranges = [];
    for (const edge of upstreamOf(site)) {
      const members = site.part(of, { within: membersRead(site, edge), reader: edge });
      met = union(met, readersOf(edge, members, site.within, site.view.index.now));
    }
    return met;
  },
};
