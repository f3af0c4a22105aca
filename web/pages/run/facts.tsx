import { type Holding, runJson, type RunRecord, type StepRecord } from "../../../core/mod.ts";
import type { Child } from "hono/jsx";
import { Came } from "../../parts/came.tsx";
import { RunLink, RunState, Waits } from "../../parts/run.tsx";
import { Age, AssetLink, RangeLink, Time } from "../../parts/small.tsx";
import { Who } from "../../parts/who.tsx";
import type { View } from "../../view/view.ts";
import type { Wait } from "../../view/waits.ts";
import { text } from "./words.ts";

/** So many ranges that it covers are listed. */
const RANGES = 100;

/** What is to be known of a run, by name. */
export function factsOf(
  view: View,
  { run, steps, children, holdings, waits }: {
    run: RunRecord;
    steps: readonly StepRecord[];
    children: readonly RunRecord[];
    holdings: readonly Holding[];
    waits: Wait | undefined;
  },
) {
  const t = view.in(text);
  const { status, ended, request } = run;
  // Of a run that went on after its worker died, its record has when the last one began; of a queued one, since when it waits.
  const begun = status === "queued" ? [] : steps;
  const started = begun.reduce((first, each) => Math.min(first, each.started), run.started);
  const [held] = holdings;
  const facts: (readonly [string, Child] | undefined)[] = [
    [t.who, <Who view={view} request={request} />],
    [status === "queued" ? t.queued : t.begun, <Moment view={view} at={started} />],
    ended === null ? undefined : [t.ended, <Moment view={view} at={ended} />],
    status === "queued"
      ? undefined
      : [t.took, view.format.duration(Math.max(0, (ended ?? view.now) - started))],
    waits === undefined ? undefined : [t.now, <Waits of={waits} />],
    runJson(run).counts === null ? undefined : [t.counts, <Came view={view} run={run} />],
    request.force ? [t.force, t.forced] : undefined,
    request.priority ? [t.priority, view.format.number(request.priority)] : undefined,
    held === undefined
      ? undefined
      : [t.worker, held.alive && held.place !== null ? t.place(held.place.host, held.place.pid) : t.gone],
    children.length === 0 ? undefined : [t.retriedBy, <Retries view={view} runs={children} />],
  ];
  return facts.filter((fact) => fact !== undefined);
}

function Moment({ view, at }: { view: View; at: number }) {
  return (
    <>
      <Time view={view} at={at} />{" "}
      <span class="quiet">
        (<Age view={view} at={at} />)
      </span>
    </>
  );
}

/** The runs that went on with this one. */
function Retries({ view, runs }: { view: View; runs: readonly RunRecord[] }) {
  return (
    <span class="states">
      {runs.map(({ id, status }) => (
        <span class="nowrap">
          <RunLink id={id} /> <RunState view={view} status={status} />
        </span>
      ))}
    </span>
  );
}

/** The partitions that a run covers, asset by asset. */
export function Covers({ view, run: { request: { ranges } } }: { view: View; run: RunRecord }) {
  const t = view.in(text);
  if (ranges.length === 0) return null;
  return (
    <details open={ranges.length <= 3}>
      <summary>{`${t.covers}: ${t.ranges(view.format.number(ranges.length))}`}</summary>
      <ul class="rows">
        {ranges.slice(0, RANGES).map(({ asset, from, to }) => (
          <li>
            <AssetLink of={asset} />
            <RangeLink asset={asset} from={from} to={to} />
          </li>
        ))}
        {ranges.length > RANGES ? <li>…</li> : null}
      </ul>
    </details>
  );
}
