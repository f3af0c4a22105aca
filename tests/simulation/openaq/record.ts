import { HOUR, iso } from "../../../core/instant.ts";
import { STANDS } from "../../../core/ports/state.ts";
import type { HoursOnRecord } from "../../../sources/openaq/owing.ts";
import { merged } from "../../../sources/openaq/ranges.ts";
import type { Sketch } from "../sketch.ts";
import type { Worker } from "../worker.ts";

/** The hours of a history as the state knows them: of each partition the first. */
export function hoursOnRecord({ key, set }: Sketch, { state, world }: Worker): HoursOnRecord {
  const ordinal = (hour: number) => set.ordinal(iso(hour).slice(0, set.key(0)!.length))!;
  return {
    async look() {
      const rows = (await state.snapshot([key])).assets.get(key);
      return (hours, before) => {
        const until = before ?? Infinity;
        const there = [...rows?.ordinals ?? []].flatMap((ordinal, i) => {
          const from = set.window(ordinal)!.start;
          const isMeant = rows!.status[i] === STANDS && rows!.read[i]! < until &&
            hours.some((range) => range.from <= from && from < range.to);
          return isMeant ? [{ range: { from, to: from + HOUR }, seq: rows!.seq[i]! }] : [];
        });
        return {
          hours: merged(there.map(({ range }) => range)),
          overtaken: there.some(({ seq }) => seq > until),
        };
      };
    },
    async due(hours, detail) {
      const event = { kind: "due" as const, asset: key, at: world.turns.now, run: null, detail };
      const events = hours.map(({ from, to }) => ({ ...event, from: ordinal(from), to: ordinal(to - HOUR) }));
      const committed = await state.commit({ claim: null, events });
      if (committed.status === "committed") return committed.seq;
      throw new Error("due marks need no claim");
    },
  };
}
