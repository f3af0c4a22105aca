import {
  type AssetCounts,
  type Attention,
  attentionOf,
  type AutomationStatus,
  type Concern,
  type Episode,
  type RunRecord,
} from "../../../core/mod.ts";
import { OPEN_RUNS } from "../../parts/run.tsx";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Cause } from "../../parts/causes.tsx";
import { Age, AssetLink, Empty, Panel, partitionHref, RangeLink, Title } from "../../parts/small.tsx";
import { RunLink, RunWhat } from "../../parts/run.tsx";
import { askerHref } from "../../parts/who.tsx";
import { airPanel } from "../air/panel.tsx";
import { statusesIn } from "../automation/statuses.ts";
import { Marked, Sign, State, StateBar, States } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { takes } from "../../view/given.ts";
import { type GroupCounts, groupCounts } from "./counts.ts";
import { theseHref } from "./these.ts";
import { text } from "./words.ts";

/** So many runs at work are shown. */
const RUNS = 8;
/** So many of what needs a look, and so many causes of each. */
const CONCERNS = 12, CAUSES = 2;

/** Whether the lake is well, at one look. */
export function overview(pages: Pages): void {
  pages.get("/", takes(), async (context) => {
    const { view, lake, lookbackDays } = context.var;
    const { orchestrator, state, graph } = lake;
    const t = view.in(text);
    const counts = await orchestrator.counts(lookbackDays);
    const runs = await state.runs(RUNS, { statuses: OPEN_RUNS });
    const episodes = await state.alerts.open();
    const statuses = await statusesIn(lake);
    const attention = await attentionOf(orchestrator, lookbackDays);
    return await show(context, { title: t.title }, [
      <Verdict
        view={view}
        counts={counts}
        attention={attention}
        isPaused={statuses.some(({ kind, paused }) => kind === "automation" && paused)}
        isAtWork={runs.some(({ status }) => status === "running")}
        episodes={episodes}
      />,
      <div class="halves">
        <div class="column">
          <Panel title={t.groups} live="groups">
            <Groups view={view} groups={groupCounts(graph, counts)} />
          </Panel>
          {await airPanel(context)}
          <Panel title={t.alerts} live="alerts" side={<a href="/alerts">{t.allAlerts}</a>}>
            <OpenAlerts view={view} episodes={episodes} />
          </Panel>
        </div>
        <div class="column">
          <Panel
            title={t.attention}
            live="attention"
            side={<These view={view} href={theseHref(attention, graph)} />}
          >
            {attention.concerns.length === 0
              ? <p class="quiet">{t.noTrouble}</p>
              : <Concerns view={view} of={attention} />}
          </Panel>
          <Panel title={t.atWork} live="runs" side={<a href="/runs">{t.allRuns}</a>}>
            <AtWork view={view} runs={runs} />
          </Panel>
          <Panel title={t.next} live="next" side={<a href="/automation">{t.allAutomation}</a>}>
            <Next view={view} statuses={statuses} />
          </Panel>
        </div>
      </div>,
    ]);
  });
}

/** The answer to "is the lake well?", to be read from across a room. */
function Verdict(
  { view, counts, attention: { totals }, isPaused, isAtWork, episodes }: {
    view: View;
    counts: readonly AssetCounts[];
    attention: Attention;
    isPaused: boolean;
    isAtWork: boolean;
    episodes: readonly Episode[];
  },
) {
  const t = view.in(text);
  const { format } = view;
  const trouble = totals.failed + totals.blocked + totals.damaged + totals.late;
  const errors = episodes.filter(({ severity }) => severity === "error").length;
  if (counts.every(({ lastMaterialized }) => lastMaterialized === null)) {
    return (
      <div data-live="verdict">
        <Empty whole title={t.empty}>
          <p>{t.emptyHint}</p>
          <a class="button main" data-dialog href="/acts/materialize?selection=*">{t.materialize}</a>
        </Empty>
      </div>
    );
  }
  const [state, title, lead] = trouble > 0
    ? ["failed", t.notWell(format.number(trouble + totals.stale)), t.notWellLead] as const
    : errors > 0
    ? ["failed", t.alarmed(format.number(errors)), t.alarmedLead] as const
    : isAtWork
    ? ["running", t.working, t.workingLead] as const
    : totals.stale > 0
    ? ["stale", t.aged(format.number(totals.stale)), t.agedLead] as const
    : ["fresh", t.well, t.wellLead] as const;
  return (
    <div data-live="verdict">
      <Title
        title={
          <span class={`verdict state s-${state}`}>
            <Sign state={state} />
            {title}
          </span>
        }
        lead={isPaused ? `${lead} ${t.automationPaused}` : lead}
      >
        <a class="button" data-dialog href="/acts/materialize?selection=*">{t.materialize}</a>
      </Title>
    </div>
  );
}

function These({ view, href }: { view: View; href: string | undefined }) {
  if (href === undefined) return null;
  return <a class="button" data-dialog href={href}>{view.in(text).these}</a>;
}

/** What needs a look, the newest first, each with why. */
function Concerns({ view, of: { concerns, totals } }: { view: View; of: Attention }) {
  const t = view.in(text);
  const shown = concerns.slice(0, CONCERNS);
  const left = Object.values(totals).reduce((sum, each) => sum + each, 0) -
    shown.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <ul class="rows">{shown.map((concern) => <One view={view} of={concern} />)}</ul>
      {left === 0 ? null : (
        <p class="small">
          <a href="/assets">{t.more(view.format.number(left))}</a>
        </p>
      )}
    </>
  );
}

function One({ view, of: { asset, from, to, count, state, causes, message } }: { view: View; of: Concern }) {
  const t = view.in(text);
  const sign = state === "damaged" ? "failed" : state;
  return (
    <li>
      <span>
        <Marked state={sign}>
          {t.concerns[state]}
        </Marked>{" "}
        {to === null ? <a class="key" href={partitionHref(asset, null)}>{asset}</a> : (
          <>
            <AssetLink of={asset} /> <RangeLink asset={asset} from={from} to={to} at={to} />
          </>
        )}
      </span>
      {count === 1 ? null : <span class="small quiet">{t.partitionsOf(view.format.number(count))}</span>}
      {causes.slice(0, CAUSES).map((cause) => (
        <span class="small whole">
          <Cause view={view} cause={cause} />
        </span>
      ))}
      {message === undefined ? null : <span class="small whole" lang="en">{message}</span>}
    </li>
  );
}

function OpenAlerts({ view, episodes }: { view: View; episodes: readonly Episode[] }) {
  const t = view.in(text);
  if (episodes.length === 0) return <p class="quiet">{t.noAlerts}</p>;
  return (
    <ul class="rows">
      {episodes.map(({ rule, subject, message, opened, severity }) => (
        <li>
          <Marked state={severity === "error" ? "failed" : "late"}>
            <strong>{rule}</strong> <span class="key">{subject}</span>
          </Marked>
          <span class="small quiet">
            <Age view={view} at={opened} />
          </span>
          <span class="small whole" lang="en">{message}</span>
        </li>
      ))}
    </ul>
  );
}

function AtWork({ view, runs }: { view: View; runs: readonly RunRecord[] }) {
  const t = view.in(text);
  if (runs.length === 0) return <p class="quiet">{t.noRuns}</p>;
  return (
    <ul class="rows">
      {runs.map((run) => (
        <li>
          <span>
            <State view={view} state={run.status === "queued" ? "queued" : "running"} />{" "}
            <RunLink id={run.id} />
          </span>
          <span class="small quiet">
            <Age view={view} at={run.started} />
          </span>
          <span class="small whole">
            <RunWhat view={view} request={run.request} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What asks for runs by itself next. */
function Next({ view, statuses }: { view: View; statuses: readonly AutomationStatus[] }) {
  const t = view.in(text);
  return (
    <ul class="rows">
      {statuses.map(({ name, paused, next }) => (
        <li>
          <a href={askerHref(name)}>{name}</a>
          <span class="small quiet">
            {paused ? t.paused : next === null ? t.onChange : <Age view={view} at={next} isNext />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Groups({ view, groups }: { view: View; groups: readonly GroupCounts[] }) {
  const t = view.in(text);
  return (
    <DataTable
      view={view}
      prefix="group-"
      rows={groups}
      columns={[
        {
          name: "name",
          title: t.group,
          cell: ({ group }) => <a href={`/assets?group=${encodeURIComponent(group)}`}>{group}</a>,
          by: ({ group }) => group,
        },
        { name: "assets", title: t.assets, number: true, by: ({ assets }) => assets },
        { name: "partitions", title: t.partitions, number: true, by: ({ total }) => total },
        {
          name: "states",
          title: t.states,
          cell: ({ states }) => (
            <>
              <StateBar view={view} counts={states} />
              <States view={view} counts={states} />
            </>
          ),
          by: ({ total, states }) => total === 0 ? 1 : (states.fresh ?? 0) / total,
        },
        {
          name: "newest",
          title: t.newest,
          cell: ({ lastMaterialized: at }) => at === null ? t.never : <Age view={view} at={at} />,
          by: ({ lastMaterialized }) => lastMaterialized,
        },
      ]}
    />
  );
}
