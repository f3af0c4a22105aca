import type { Ticking, Tracer } from "../../core/mod.ts";

/** Traces each tick; one that requested nothing is left out. */
export function tracedTicking(tracer: Tracer, ticking: Ticking): Ticking {
  const { name } = ticking;
  return {
    name,
    get wakes() {
      return ticking.wakes;
    },
    tick: (signal) =>
      tracer.span(`tick ${name}`, { attributes: { "airgraph.ticker": name } }, async (span) => {
        const tick = await ticking.tick(signal);
        if (tick.failure !== undefined) span.fail("failed", tick.failure);
        else if (tick.runs.length === 0) span.omit();
        else span.set({ "airgraph.runs": tick.runs.map(({ run }) => String(run)) });
        return tick;
      }),
  };
}
