import {
  type BackfillDetail,
  type BatchProgress,
  handsOf,
  rangeText,
  worksOfBackfills,
} from "../../../core/mod.ts";
import type { Child } from "hono/jsx";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Gantt } from "../../parts/gantt.tsx";
import { boundsOf, RUN_STATES, RunLink, RunState, runWords } from "../../parts/run.tsx";
import { Empty, Facts, Panel, Time, Title } from "../../parts/small.tsx";
import { link, type View } from "../../view/view.ts";
import { numberIn, takes } from "../../view/given.ts";
import { BackfillState, Far, Held, NoHands, Remaining, Turns } from "./parts.tsx";
import { text } from "./words.ts";

/** So many batches are on a page. */
const PAGE = 100;

/** A backfill: what was asked for, how far it is, and its batches with their runs. */
export function detail(pages: Pages): void {
  pages.get("/backfills/:id", takes("from"), async (context) => {
    const { view, machineNow, lake: { orchestrator, state } } = context.var;
    const t = view.in(text);
    const id = context.req.param("id");
    const found = /^[1-9]\d{0,14}$/.test(id) ? await orchestrator.backfill(Number(id)) : undefined;
    if (found === undefined) {
      return await show(
        context,
        { title: t.none, live: false, status: 404 },
        <Empty whole title={t.none}>
          <p>{t.noneHint}</p>
          <a class="button" href="/backfills">{t.all}</a>
        </Empty>,
      );
    }
    const { progress, batches } = found;
    const hands = progress.status === "running"
      ? await handsOf(state, machineNow, await worksOfBackfills(state, [progress.id]))
      : undefined;
    return await show(context, { title: t.one(progress.id) }, [
      <div data-live="title">
        <Title
          title={
            <>
              {t.one(progress.id)} <BackfillState view={view} status={progress.status} />
            </>
          }
          lead={
            <>
              <span class="key">{progress.selection.join(" ")}</span>{" "}
              <span class="key quiet">{rangeText(progress.from, progress.to)}</span>
            </>
          }
        >
          <Turns view={view} of={progress} />
        </Title>
      </div>,
      <NoHands view={view} hands={hands} />,
      <Panel title={t.progress} live="progress">
        <Far view={view} of={progress} />
        <Held view={view} of={progress} />
        {progress.failed === 0 ? null : <p class="notice bad">{t.failures}</p>}
        <Facts of={factsOf(view, found)} />
      </Panel>,
      <Panel title={t.batches} live="batches">
        <Batches view={view} batches={batches} />
      </Panel>,
    ]);
  });
}

function factsOf(view: View, { progress, record }: BackfillDetail): readonly (readonly [Child, Child])[] {
  const t = view.in(text);
  const { started, ended, request: { only, oldestFirst, requests } } = record;
  return [
    [t.remaining, <Remaining view={view} of={progress} />],
    [t.begun, <Time view={view} at={started} />],
    ...ended === null ? [] : [[t.endedAt, <Time view={view} at={ended} />] as const],
    [t.only, only === undefined ? t.everything : only.map((kind) => t.kinds[kind]).join(", ")],
    [t.order, oldestFirst ? t.oldest : t.newest],
    [t.requests, requests === null ? t.unknown : t.aboutRequests(view.format.number(requests))],
  ];
}

function Batches(
  { view, batches }: { view: View; batches: readonly BatchProgress[] },
) {
  const t = view.in(text);
  const from = numberIn(view.url.searchParams, "from") ?? 1;
  const shown = batches.filter(({ batch }) => batch >= from).slice(0, PAGE);
  const isLast = (shown.at(-1)?.batch ?? Infinity) >= (batches.at(-1)?.batch ?? 0);
  const words = shown.length < batches.length
    ? t.shownBatches(view.format.number(shown.length), view.format.number(batches.length))
    : t.batchesHint;
  return (
    <>
      <Timeline view={view} batches={shown} />
      <DataTable
        view={view}
        prefix="batch-"
        caption={words}
        rows={shown}
        columns={[
          { name: "batch", title: t.batch, number: true, by: ({ batch }) => batch },
          {
            name: "run",
            title: t.run,
            cell: ({ run }) =>
              run === null ? <span class="quiet">{t.notYet}</span> : (
                <span class="nowrap">
                  <RunLink id={run.id} /> <RunState view={view} status={run.status} />
                </span>
              ),
            by: ({ run }) => run?.id ?? null,
          },
          {
            name: "range",
            title: t.range,
            cell: ({ ranges }) => <span class="key">{boundsOf(ranges)}</span>,
            by: ({ ranges }) => boundsOf(ranges),
          },
          {
            name: "made",
            title: t.made,
            cell: ({ done, total, run }) => (
              <Far
                view={view}
                of={{ done, total, failed: run !== null && run.ended !== null ? total - done : 0 }}
              />
            ),
            by: ({ done, total }) => total === 0 ? 1 : done / total,
          },
          {
            name: "took",
            title: t.took,
            number: true,
            cell: ({ run }) =>
              run === null || run.status === "queued"
                ? ""
                : view.format.duration(Math.max(0, (run.ended ?? view.now) - run.started)),
            by: ({ run }) => run === null ? null : (run.ended ?? view.now) - run.started,
          },
        ]}
      />
      <nav class="pages" aria-label={t.batches}>
        {from === 1 ? null : <a class="button" href={link(view, { from: undefined })}>{t.first}</a>}
        {isLast
          ? null
          : <a class="button" href={link(view, { from: String(shown.at(-1)!.batch + 1) })}>{t.older}</a>}
      </nav>
    </>
  );
}

function Timeline(
  { view, batches }: { view: View; batches: readonly BatchProgress[] },
) {
  const t = view.in(text);
  const names = view.in(runWords);
  const lanes = batches.flatMap(({ batch, run }) =>
    run === null || run.status === "queued" ? [] : [{
      name: (
        <>
          {`${t.batch} ${batch} `}
          <RunLink id={run.id} />
        </>
      ),
      bars: [{
        state: RUN_STATES[run.status],
        from: run.started,
        to: run.ended,
        title: `${t.batch} ${batch}: #${run.id} ${names[run.status]}`,
        href: `/runs/${run.id}`,
      }],
    }]
  );
  return <Gantt view={view} label={t.batches} lanes={lanes} />;
}
