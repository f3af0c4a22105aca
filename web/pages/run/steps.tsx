import {
  type Keys,
  rangeText,
  type RunRecord,
  type StepProgress,
  type StepRecord,
} from "../../../core/mod.ts";
import { assetColumn } from "../../parts/asset_column.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Gantt } from "../../parts/gantt.tsx";
import { Age, AssetLink, Panel, RangeLink, Time } from "../../parts/small.tsx";
import { Progress } from "../../parts/progress.tsx";
import { Marked } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { lanesOf, shownSteps, STEP_STATES } from "./lanes.ts";
import { text } from "./words.ts";

/** The steps at work, and how far each is. */
export function AtWork(
  { view, steps, keys, progress }: {
    view: View;
    steps: readonly StepRecord[];
    keys: Keys;
    progress: (step: StepRecord) => StepProgress | undefined;
  },
) {
  const t = view.in(text);
  if (steps.length === 0) return <div data-live="at-work" hidden />;
  return (
    <div data-live="at-work" data-every="2">
      <Panel title={t.atWork}>
        <ul class="rows">
          {steps.map((step) => {
            const far = progress(step);
            return (
              <li>
                <span>
                  <AssetLink of={step.asset} /> <Range step={step} keys={keys} />
                </span>
                <span class="small quiet">
                  <Age view={view} at={step.started} />
                </span>
                {far === undefined ? null : (
                  <div class="whole progress">
                    <Progress view={view} parts={[["fresh", far.made], ["missing", far.of - far.made]]} />
                    <span class="small">
                      {t.progress(view.format.number(far.made), view.format.number(far.of))}
                    </span>
                  </div>
                )}
              </li>
            );
          })}
        </ul>
      </Panel>
    </div>
  );
}

function Range({ step: { asset, from, to }, keys }: { step: StepRecord; keys: Keys }) {
  return <RangeLink asset={asset} from={keys(asset, from)} to={keys(asset, to)} />;
}

export function Steps(
  { view, run, steps, keys }: {
    view: View;
    run: RunRecord;
    steps: readonly StepRecord[];
    keys: Keys;
  },
) {
  const t = view.in(text);
  if (steps.length === 0) return <p class="quiet">{run.ended === null ? t.noSteps : t.noStepsEnded}</p>;
  const shown = shownSteps(steps);
  const href = ({ step }: StepRecord) => `/runs/${run.id}?step=${step}#log`;
  const took = ({ started, ended }: StepRecord) => Math.max(0, (ended ?? view.now) - started);
  const title = (step: StepRecord) =>
    [
      `${t.step} ${step.step}`,
      `${step.asset} ${rangeText(keys(step.asset, step.from), keys(step.asset, step.to))}`.trim(),
      t.outcomes[step.outcome],
      view.format.duration(took(step)),
    ].join(", ");
  const name = (asset: string) => <AssetLink of={asset} />;
  return (
    <>
      <p class="small quiet">
        {shown.length < steps.length
          ? t.shownSteps(view.format.number(shown.length), view.format.number(steps.length))
          : t.stepsHint}
      </p>
      <Gantt
        view={view}
        label={t.steps}
        lanes={lanesOf(shown, { now: view.now, name, title, href })}
      />
      <DataTable
        view={view}
        prefix="step-"
        summary={t.table}
        rows={shown}
        columns={[
          {
            name: "step",
            title: t.step,
            number: true,
            cell: (step) => <a href={href(step)}>{step.step}</a>,
            by: ({ step }) => step,
          },
          assetColumn("asset", t.asset),
          {
            name: "range",
            title: t.range,
            cell: (step) => <Range step={step} keys={keys} />,
            by: ({ from }) => from,
          },
          {
            name: "outcome",
            title: t.outcome,
            cell: ({ outcome }) => (
              <Marked state={STEP_STATES[outcome]}>
                {t.outcomes[outcome]}
              </Marked>
            ),
            by: ({ outcome }) => outcome,
          },
          {
            name: "begun",
            title: t.begun,
            cell: ({ started }) => <Time view={view} at={started} />,
            by: ({ started }) => started,
          },
          {
            name: "took",
            title: t.took,
            number: true,
            cell: (step) => view.format.duration(took(step)),
            by: took,
          },
          { name: "made", title: t.made, number: true, by: ({ materialized }) => materialized },
          { name: "failed", title: t.failed, number: true, by: ({ failed }) => failed },
        ]}
      />
    </>
  );
}
