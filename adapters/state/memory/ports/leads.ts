import type * as port from "../../../../core/mod.ts";
import { yielding } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function leadsPort({ leads }: Parts): port.Leads {
  return yielding<port.Leads>({
    lead: (name, at, silent, options = {}) => leads.take(name, at, silent, options),
    beat: (lead, at) => leads.beat(lead, at),
    leader: (name) => leads.leader(name),
    leaders: (prefix) => leads.leaders(prefix),
    stalled: (prefix) => leads.stalled(prefix),
  });
}
