import type * as port from "../../../../core/mod.ts";
import { yielding } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function ticksPort({ ticks, leads }: Parts): port.Ticks {
  return yielding<port.Ticks>({
    noteTick(tick, evaluations = [], lead) {
      leads.require(lead);
      ticks.note(tick);
      ticks.keep(evaluations, null);
    },
    ticks: (name, page) => ticks.list(name, page),
    lastTicks: () => ticks.last(),
    evaluations: (asset, limit) => ticks.evaluations(asset, limit),
    forgetTicks: (before, counting) => ticks.forget(before, counting),
  });
}
