import type { Preview } from "../acts/preview.ts";
import type { AssetKey } from "../event.ts";
import type { Hindrance, PlannedCause, PlannedStep } from "../plan.ts";
import type { CauseKind } from "../staleness/judgement.ts";
import type { Judgement } from "../staleness/judgement.ts";

/** A planned step, with why it would be taken. */
export interface PlannedStepJson {
  readonly asset: AssetKey;
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
  readonly state: Judgement;
  readonly causes: readonly CauseJson[];
  readonly hindrance?: Hindrance;
}

/** A cause; one that speaks of another asset, of a contiguous range of its partitions. */
export interface CauseJson {
  readonly kind: CauseKind;
  readonly asset?: AssetKey;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly detail?: string;
}

/** A planned step with its causes, as `plan --json` has it. */
export function plannedStepJson(
  { asset, from, to, count, state, causes, hindrance }: PlannedStep,
): PlannedStepJson {
  return {
    asset,
    from,
    to,
    count,
    state,
    causes: causes.flatMap(causeJson),
    ...(hindrance && { hindrance }),
  };
}

/** A cause as JSON, once for each contiguous range of members. */
export function causeJson({ kind, asset, members, detail }: PlannedCause): CauseJson[] {
  const said = { kind, ...(asset !== undefined && { asset }) };
  const why = detail === undefined ? {} : { detail };
  if (asset === undefined || members === undefined) return [{ ...said, ...why }];
  return members.map(({ from, to }) => ({ ...said, from, to, ...why }));
}

/** How an act would go, as data. */
export interface PreviewJson extends Omit<Preview, "steps"> {
  readonly steps: readonly PlannedStepJson[];
}

/** How an act would go, as the API has it. */
export function previewJson({ steps, ...rest }: Preview): PreviewJson {
  return { ...rest, steps: steps.map(plannedStepJson) };
}
