import type * as port from "../../../../core/mod.ts";
import { promised } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function leadsPort({ db, workers, leads }: Parts): port.Leads {
  return promised<port.Leads>({
    lead(name, at, silent, options = {}) {
      const held = leads.held(name, options);
      if (held !== undefined && (held !== null || silent === undefined)) return held ?? undefined;
      return workers.write(() => leads.take(name, at, silent, options));
    },
    beat: (lead, at) => db.patiently(() => leads.beat(lead, at)),
    leader: (name) => leads.leader(name),
    leaders: (prefix) => leads.leaders(prefix),
    stalled: (prefix) => leads.stalled(prefix),
  });
}
