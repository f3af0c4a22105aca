import type { Preview } from "../acts/preview.ts";
import { type PlannedStepJson, plannedStepJson } from "./plan.ts";

/** How an act would go, as data. */
export interface PreviewJson extends Omit<Preview, "steps"> {
  readonly steps: readonly PlannedStepJson[];
}

/** How an act would go, as the API has it. */
export function previewJson({ steps, ...rest }: Preview): PreviewJson {
  return { ...rest, steps: steps.map(plannedStepJson) };
}
