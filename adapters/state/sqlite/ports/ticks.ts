import type * as port from "../../../../core/mod.ts";
import { promised } from "../../promised.ts";
import type { Parts } from "../parts.ts";

export function ticksPort({ db, ticks, leads }: Parts): port.Ticks {
  return promised<port.Ticks>({
    noteTick: (tick, evaluations = [], lead) =>
      db.write(() => {
        leads.require(lead);
        ticks.note(tick);
        ticks.keep(evaluations, null);
      }),
    ticks: (name, page) => ticks.list(name, page),
    lastTicks: () => ticks.last(),
    evaluations: (asset, limit) => ticks.evaluations(asset, limit),
    forgetTicks: (before, counting) =>
      counting === undefined ? db.write(() => ticks.forget(before)) : ticks.older(before),
  });
}
