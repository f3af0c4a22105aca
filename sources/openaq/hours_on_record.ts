import {
  type AssetKey,
  type Clock,
  fromOrdinals,
  HOUR,
  lowerBound,
  type OrdinalRange,
  STANDS,
  type State,
} from "../../core/mod.ts";
import type { HoursOnRecord } from "./owing.ts";
import type { TimeRange } from "./ranges.ts";

/** The hours of an asset as the state knows them. */
export function hoursOnRecord(state: State, asset: AssetKey, { now }: Clock): HoursOnRecord {
  return {
    async look() {
      const rows = (await state.snapshot([asset])).assets.get(asset);
      const count = rows?.ordinals.length ?? 0;
      return (hours, before) => {
        const recorded: number[] = [];
        let overtaken = false;
        for (const { from, to } of hours) {
          const first = lowerBound(count, (i) => rows!.ordinals[i]! * HOUR < from);
          for (let i = first; i < count; i++) {
            if (rows!.ordinals[i]! * HOUR >= to) break;
            if (rows!.status[i] !== STANDS || rows!.read[i]! >= (before ?? Infinity)) continue;
            recorded.push(rows!.ordinals[i]!);
            overtaken ||= rows!.seq[i]! > (before ?? Infinity);
          }
        }
        return { hours: fromOrdinals(recorded).map(timeOf), overtaken };
      };
    },
    async due(hours, detail) {
      const event = { kind: "due" as const, asset, at: now(), run: null, detail };
      const events = hours.map(({ from, to }) => ({ ...event, from: from / HOUR, to: to / HOUR - 1 }));
      const committed = await state.commit({ claim: null, events });
      if (committed.status === "committed") return committed.seq;
      throw new Error(`saying that hours are due: the state answered "${committed.status}"`);
    },
  };
}

function timeOf({ from, to }: OrdinalRange): TimeRange {
  return { from: from * HOUR, to: (to + 1) * HOUR };
}
