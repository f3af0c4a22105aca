import {
  type AutomationStatus,
  type KeptEvaluation,
  type KeptTick,
  type OpenLake,
  type Schedule,
  type Sensor,
} from "../../../core/mod.ts";
import type { Child } from "hono/jsx";
import { type Pages, show } from "../../page.tsx";
import { assetColumn } from "../../parts/asset_column.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Pager } from "../../parts/pager.tsx";
import { RunLink } from "../../parts/run.tsx";
import { Age, Empty, Facts, Panel, Said, Time, Title, Written } from "../../parts/small.tsx";
import type { View } from "../../view/view.ts";
import { numberIn, takes } from "../../view/given.ts";
import { Next, On, Outcome, TickDetail, Turn } from "./parts.tsx";
import { declaredIn, statusesIn } from "./statuses.ts";
import { Requested } from "./why.tsx";
import { text } from "./words.ts";

/** So many ticks are on a page, and so many assets have their newest evaluations shown. */
const PAGE = 50, ASSETS = 100;

/** One thing that asks for runs by itself: how it is declared, and its ticks. */
export function asker(pages: Pages): void {
  pages.get("/automation/:name{.+}", takes("before"), async (context) => {
    const { view, lake } = context.var;
    const t = view.in(text);
    const name = context.req.param("name");
    const status = (await statusesIn(lake)).find((each) => each.name === name);
    if (status === undefined) {
      return await show(
        context,
        { title: t.none, live: false, status: 404 },
        <Empty whole title={t.none}>
          <p>{t.noneHint}</p>
          <a class="button" href="/automation">{t.back}</a>
        </Empty>,
      );
    }
    const before = numberIn(view.url.searchParams, "before");
    const page = { limit: PAGE + 1, ...(before !== undefined && { before }) };
    const ticks = await lake.state.ticks(name, page);
    const evaluations = status.kind === "automation" ? await newestIn(lake) : undefined;
    const Wording = status.kind === "automation" ? Said : Written;
    return await show(context, { title: name }, [
      <div data-live="title">
        <Title title={<span class="key">{name}</span>} lead={<Wording>{status.description}</Wording>}>
          <Turn view={view} status={status} />
        </Title>
      </div>,
      <Panel title={t.kinds[status.kind]} live="facts">
        <Facts of={factsOf(view, status, await declaredIn(lake, name))} />
      </Panel>,
      <Panel title={t.ticks} live="ticks">
        <Ticks view={view} ticks={ticks.slice(0, PAGE)} />
        <Pager
          view={view}
          label={t.ticks}
          older={ticks.length > PAGE ? ticks[PAGE - 1]!.number : undefined}
        />
      </Panel>,
      evaluations === undefined ? null : (
        <Panel title={t.newest} live="newest">
          <Newest view={view} evaluations={evaluations} />
        </Panel>
      ),
    ]);
  });
}

/** The newest evaluation of each of the first assets with a condition. */
async function newestIn({ graph, state }: OpenLake): Promise<readonly KeptEvaluation[]> {
  const conditioned = graph.assets.filter(({ automation }) => automation !== null).slice(0, ASSETS);
  return (await Promise.all(conditioned.map(({ key }) => state.evaluations(key, 1)))).flat();
}

function factsOf(
  view: View,
  status: AutomationStatus,
  { schedule, sensor }: { readonly schedule?: Schedule; readonly sensor?: Sensor },
): readonly (readonly [Child, Child])[] {
  const t = view.in(text);
  return [
    [t.state, <On view={view} paused={status.paused} />],
    [t.next, <Next view={view} status={status} />],
    ...schedule === undefined ? [] : [
      [t.cron, <code>{schedule.cron}</code>] as const,
      [t.zone, schedule.timeZone] as const,
      [t.catchUp, t.catchUps[schedule.catchUp]] as const,
    ],
    ...sensor === undefined ? [] : [
      [t.every, view.format.duration(sensor.every)] as const,
      [t.timeout, view.format.duration(sensor.timeout)] as const,
    ],
  ];
}

function Ticks({ view, ticks }: { view: View; ticks: readonly KeptTick[] }) {
  const t = view.in(text);
  if (ticks.length === 0) {
    return (
      <Empty title={t.noTicks}>
        <p>{t.noTicksHint}</p>
      </Empty>
    );
  }
  return (
    <DataTable
      view={view}
      prefix="tick-"
      caption={t.ticksHint}
      rows={ticks}
      columns={[
        {
          name: "when",
          title: t.when,
          cell: ({ at }) => <Time view={view} at={at} />,
          by: ({ number }) => number,
        },
        {
          name: "outcome",
          title: t.outcome,
          cell: (tick) => <Outcome view={view} tick={tick} />,
          by: ({ outcome }) => outcome,
        },
        {
          name: "detail",
          title: t.detail,
          cell: (tick) => <TickDetail tick={tick} />,
          by: ({ detail }) => detail,
        },
      ]}
    />
  );
}

function Newest({ view, evaluations }: { view: View; evaluations: readonly KeptEvaluation[] }) {
  const t = view.in(text);
  if (evaluations.length === 0) return <p class="quiet">{t.noEvaluations}</p>;
  return (
    <DataTable
      view={view}
      prefix="evaluation-"
      rows={evaluations}
      columns={[
        assetColumn("asset", t.asset),
        {
          name: "when",
          title: t.evaluated,
          cell: ({ at }) => <Age view={view} at={at} />,
          by: ({ at }) => at,
        },
        {
          name: "led",
          title: t.led,
          cell: ({ run }) => run === null ? <span class="quiet">{t.nothing}</span> : <RunLink id={run} />,
          by: ({ run }) => run,
        },
        {
          name: "reasons",
          title: t.reasons,
          cell: ({ asset, reasons, requested }) => (
            <>
              <a href={`/automation?asset=${encodeURIComponent(asset)}#why`} lang="en">
                {reasons.join(", ")}
              </a>
              <Requested view={view} ranges={requested} />
            </>
          ),
          by: ({ reasons }) => reasons.join(", "),
        },
      ]}
    />
  );
}
