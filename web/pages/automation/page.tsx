import { type AutomationStatus, eachOf, type Hands, handsOf, type Outages } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Age, Panel, Said, Title } from "../../parts/small.tsx";
import { Marked } from "../../parts/state.tsx";
import { askerHref } from "../../parts/who.tsx";
import type { View } from "../../view/view.ts";
import { takes } from "../../view/given.ts";
import { pauseAct } from "./acts.tsx";
import { asker } from "./asker.tsx";
import { Next, On, Outcome, TickDetail, Turn } from "./parts.tsx";
import { statusesIn } from "./statuses.ts";
import { whyIn, WhyPanel } from "./why.tsx";
import { text } from "./words.ts";

/** What asks for runs by itself, and why it did or did not. */
export function automation(pages: Pages): void {
  pauseAct(pages);
  pages.get("/automation", takes("asset", "partition"), async (context) => {
    const { view, lake, machineNow } = context.var;
    const t = view.in(text);
    const statuses = await statusesIn(lake);
    const hands = await handsOf(lake.state, machineNow, eachOf(lake.graph));
    const outages = await lake.orchestrator.outages();
    const why = await whyIn(view, lake);
    const isRefused = why !== undefined && "fault" in why;
    return await show(context, { title: t.title, ...(isRefused && { live: false, status: 400 }) }, [
      <Title title={t.title} lead={t.lead}>
        <a class="button" href="/audit">{t.audit}</a>
      </Title>,
      <Leading view={view} hands={hands} />,
      outages.size === 0 ? <div data-live="outages" hidden /> : <Down view={view} outages={outages} />,
      <Panel title={t.askers} live="askers">
        <Askers view={view} statuses={statuses} />
      </Panel>,
      <WhyPanel view={view} lake={lake} found={why} />,
    ]);
  });
  asker(pages);
}

/** Who looks after what asks. */
function Leading({ view, hands }: { view: View; hands: Hands }) {
  const t = view.in(text);
  return (
    <div data-live="leading">
      {hands.place === undefined
        ? (
          <p class="notice">
            {`${t.leadsNobody}${hands.lines.length === 0 ? "" : `: ${hands.lines.join("; ")}`}`}
          </p>
        )
        : [
          <p class="quiet">{t.leads(hands.place)}</p>,
          ...hands.lines.map((line) => <p class="notice bad">{line}</p>),
        ]}
    </div>
  );
}

function Down({ view, outages }: { view: View; outages: Outages }) {
  const t = view.in(text);
  return (
    <Panel title={t.outages} live="outages">
      <ul class="rows">
        {[...outages].map(([pool, { since, message }]) => (
          <li>
            <Marked state="failed">
              <strong>{pool}</strong>
            </Marked>
            <span class="whole">
              {t.down(view.format.time(since))}: <Said>{message}</Said>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Askers({ view, statuses }: { view: View; statuses: readonly AutomationStatus[] }) {
  const t = view.in(text);
  return (
    <DataTable
      view={view}
      rows={statuses}
      columns={[
        {
          name: "name",
          title: t.name,
          cell: ({ name, kind, description }) => (
            <>
              <a class="key" href={askerHref(name)}>{name}</a>
              <p class="small quiet" lang={kind === "automation" ? "en" : ""}>{description}</p>
            </>
          ),
          by: ({ name }) => name,
        },
        { name: "kind", title: t.kind, cell: ({ kind }) => t.kinds[kind], by: ({ kind }) => kind },
        {
          name: "state",
          title: t.state,
          cell: ({ paused }) => <On view={view} paused={paused} />,
          by: ({ paused }) => Number(paused),
        },
        {
          name: "next",
          title: t.next,
          cell: (status) => <Next view={view} status={status} />,
          by: ({ next }) => next ?? Infinity,
        },
        {
          name: "last",
          title: t.last,
          cell: ({ last }) =>
            last === null ? <span class="quiet">{t.notYet}</span> : (
              <>
                <Outcome view={view} tick={last} />{" "}
                <span class="quiet small">
                  <Age view={view} at={last.at} />
                </span>
                <TickDetail tick={last} />
              </>
            ),
          by: ({ last }) => last?.at ?? null,
        },
        {
          name: "act",
          title: t.change,
          cell: (status) => <Turn view={view} status={status} />,
          by: null,
        },
      ]}
    />
  );
}
