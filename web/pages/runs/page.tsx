import { type RunId, runJson, type RunRecord } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Gantt } from "../../parts/gantt.tsx";
import { Pager } from "../../parts/pager.tsx";
import { RUN_STATES, RunLink, RunState, RunWhat, runWords, Waits } from "../../parts/run.tsx";
import { Came } from "../../parts/came.tsx";
import { Age, Empty, Panel, Title } from "../../parts/small.tsx";
import { Weeks } from "../../parts/weeks.tsx";
import { Who } from "../../parts/who.tsx";
import { boundsOf, latestWeeks } from "../../view/days.ts";
import { link, type View } from "../../view/view.ts";
import { type Wait, waitsIn } from "../../view/waits.ts";
import { takes } from "../../view/given.ts";
import { type Asked, askedIn, COMMANDS, filterOf, isNarrow, STATUSES } from "./filter.ts";
import { text } from "./words.ts";

/** So many runs are on a page. */
const PAGE = 50;
const WEEKS = 5;

/** The history of runs: by day, by time, and as a list. */
export function runs(pages: Pages): void {
  pages.get("/runs", takes("status", "command", "asset", "from", "to", "before"), async (context) => {
    const { view, lake, machineNow } = context.var;
    const { state, graph } = lake;
    const t = view.in(text);
    const registered = (await state.assets()).map(({ key }) => key);
    const asked = askedIn(view, new Set([...graph.byKey.keys(), ...registered]));
    const found = await state.runs(PAGE + 1, filterOf(view, asked));
    const listed = found.slice(0, PAGE);
    const waits = await waitsIn(view, lake, listed, machineNow);
    const days = latestWeeks(view, WEEKS);
    const counts = await state.runCountsBetween(boundsOf(days));
    const isEmpty = listed.length === 0 && !isNarrow(asked) && asked.before === undefined;
    return await show(context, { title: t.title }, [
      <Title title={t.title} lead={t.lead}>
        <a class="button" data-dialog href="/acts/materialize?selection=*">{t.materialize}</a>
      </Title>,
      isEmpty
        ? (
          <Empty title={t.empty}>
            <p>{t.emptyHint}</p>
          </Empty>
        )
        : [
          <Panel title={t.calendar} live="calendar">
            <Weeks
              view={view}
              label={t.calendarHint}
              days={days}
              of={(_, place) => countsOfDay(view, counts[place]!)}
              href={({ key }) => link(view, { from: key, to: key, before: undefined })}
            />
          </Panel>,
          <Panel title={t.list}>
            <Filter view={view} asked={asked} assets={graph.assets.map(({ key }) => key)} />
            <div class="stack" data-live="list">
              {listed.length === 0
                ? (
                  <Empty title={t.none}>
                    <p>{t.noneHint}</p>
                    <a class="button" href="/runs">{t.unfiltered}</a>
                  </Empty>
                )
                : <List view={view} runs={listed} waits={waits} />}
              <Pager view={view} label={t.list} older={found.length > PAGE ? listed.at(-1)!.id : undefined} />
            </div>
          </Panel>,
          listed.length === 0 ? null : (
            <Panel title={t.timeline} live="timeline">
              <Timeline view={view} runs={listed} />
            </Panel>
          ),
        ],
    ]);
  });
}

/** What a day's runs came to, the gravest first. */
function countsOfDay(view: View, counts: Readonly<Record<RunRecord["status"], number>>) {
  const names = view.in(runWords);
  const those = ["failed", "interrupted", "running", "queued", "succeeded", "cancelled"] as const;
  return those.map((status) => ({ state: RUN_STATES[status], count: counts[status], name: names[status] }));
}

function Filter({ view, asked, assets }: { view: View; asked: Asked; assets: readonly string[] }) {
  const t = view.in(text);
  const names = view.in(runWords);
  return (
    <form method="get" action="/runs" data-at-once>
      <fieldset>
        <label>
          {t.status}
          <select name="status">
            <option value="">{t.anyStatus}</option>
            {STATUSES.map((each) => (
              <option value={each} selected={each === asked.status}>{names[each]}</option>
            ))}
          </select>
        </label>
        <label>
          {t.command}
          <select name="command">
            <option value="">{t.anyCommand}</option>
            {COMMANDS.map((each) => <option selected={each === asked.command}>{each}</option>)}
          </select>
        </label>
        <label>
          {t.asset}
          <input name="asset" list="assets" value={asked.asset ?? ""} size={22} />
        </label>
        <datalist id="assets">{assets.map((each) => <option value={each} />)}</datalist>
        <label>
          {t.from}
          <input type="date" name="from" value={asked.from ?? ""} />
        </label>
        <label>
          {t.to}
          <input type="date" name="to" value={asked.to ?? ""} />
        </label>
        <button type="submit">{t.filter}</button>
        {isNarrow(asked) ? <a class="button plain" href="/runs">{t.unfiltered}</a> : null}
      </fieldset>
    </form>
  );
}

function List(
  { view, runs, waits }: {
    view: View;
    runs: readonly RunRecord[];
    waits: ReadonlyMap<RunId, Wait>;
  },
) {
  const t = view.in(text);
  const took = ({ status, started, ended }: RunRecord) =>
    status === "queued" ? null : (ended ?? view.now) - started;
  return (
    <DataTable
      view={view}
      rows={runs}
      columns={[
        { name: "run", title: t.run, cell: ({ id }) => <RunLink id={id} />, by: ({ id }) => id },
        {
          name: "status",
          title: t.status,
          cell: ({ id, status }) => (
            <>
              <RunState view={view} status={status} />
              {waits.has(id)
                ? (
                  <p class="small quiet detail">
                    <Waits of={waits.get(id)!} />
                  </p>
                )
                : null}
            </>
          ),
          by: ({ status }) => STATUSES.indexOf(status),
        },
        {
          name: "what",
          title: t.what,
          cell: ({ request }) => (
            <div class="detail">
              <RunWhat view={view} request={request} />
            </div>
          ),
          by: ({ request }) => request.command,
        },
        {
          name: "who",
          title: t.who,
          cell: ({ request }) => <Who view={view} request={request} />,
          by: ({ request: { tags } }) => `${tags?.by ?? ""} ${tags?.name ?? tags?.backfill ?? ""}`,
        },
        {
          name: "begun",
          title: t.begun,
          cell: ({ started }) => <Age view={view} at={started} />,
          by: ({ started }) => started,
        },
        {
          name: "took",
          title: t.took,
          number: true,
          cell: (run) => took(run) === null ? "" : view.format.duration(Math.max(0, took(run)!)),
          by: took,
        },
        {
          name: "counts",
          title: t.counts,
          cell: (run) => <Came view={view} run={run} />,
          by: (run) => Number(runJson(run).counts?.materialized ?? 0),
        },
      ]}
    />
  );
}

function Timeline({ view, runs }: { view: View; runs: readonly RunRecord[] }) {
  const t = view.in(text);
  const names = view.in(runWords);
  const lanes = runs.filter(({ status }) => status !== "queued").map((run) => ({
    name: (
      <>
        <RunLink id={run.id} /> <RunWhat view={view} request={run.request} />
      </>
    ),
    bars: [{
      state: RUN_STATES[run.status],
      from: run.started,
      to: run.ended,
      title: `#${run.id} ${names[run.status]}, ${
        view.format.duration(Math.max(0, (run.ended ?? view.now) - run.started))
      }`,
      href: `/runs/${run.id}`,
    }],
  }));
  return <Gantt view={view} label={t.timeline} lanes={lanes} />;
}
