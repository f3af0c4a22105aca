import type { StepRecord } from "../../../core/mod.ts";
import type { Lane } from "../../parts/gantt.tsx";
import type { ShownState } from "../../parts/state.tsx";

/** The state whose sign and colour a step's outcome has. */
export const STEP_STATES: Readonly<Record<StepRecord["outcome"], ShownState>> = {
  running: "running",
  succeeded: "fresh",
  failed: "failed",
  blocked: "blocked",
  cancelled: "missing",
  interrupted: "late",
};

/** At most so many steps are shown. */
const SHOWN = 300;

/** The steps that are shown where they are many: those at work, those that failed, and the newest; in order. */
export function shownSteps(steps: readonly StepRecord[]): readonly StepRecord[] {
  if (steps.length <= SHOWN) return steps;
  const first = steps.filter(({ outcome }) => outcome === "running");
  const wrong = steps.filter(({ outcome }) => outcome === "failed" || outcome === "blocked");
  const newest = [...steps].reverse();
  return [...new Set([...first, ...wrong, ...newest])].slice(0, SHOWN).sort((a, b) => a.step - b.step);
}

/** The steps of each asset in as few lanes as keep them apart, in the order in which they began. */
export function lanesOf(
  steps: readonly StepRecord[],
  { now, name, title, href }: {
    readonly now: number;
    readonly name: (asset: string) => Lane["name"];
    readonly title: (step: StepRecord) => string;
    readonly href: (step: StepRecord) => string;
  },
): Lane[] {
  return [...Map.groupBy(steps, ({ asset }) => asset)].flatMap(([asset, own]) => {
    const lanes: StepRecord[][] = [];
    for (const step of [...own].sort((a, b) => a.started - b.started)) {
      const free = lanes.find((lane) => (lane.at(-1)!.ended ?? now) <= step.started);
      if (free === undefined) lanes.push([step]);
      else free.push(step);
    }
    return lanes.map((lane, place) => ({
      name: place === 0 ? name(asset) : "",
      bars: lane.map((step) => ({
        state: STEP_STATES[step.outcome],
        from: step.started,
        to: step.ended,
        title: title(step),
        href: href(step),
      })),
    }));
  });
}
