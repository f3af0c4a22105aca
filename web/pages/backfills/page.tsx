import { type BackfillProgress, handsOf, worksOfBackfills } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Empty, Panel, Title } from "../../parts/small.tsx";
import type { View } from "../../view/view.ts";
import { takes } from "../../view/given.ts";
import { turnAct } from "./acts.tsx";
import { detail } from "./detail.tsx";
import { BackfillState, Far, Held, NoHands, Remaining, Turns } from "./parts.tsx";
import { text } from "./words.ts";

const BEGIN = "/acts/backfill?selection=*";

/** How far backfills are, the newest first. */
export function backfills(pages: Pages): void {
  turnAct(pages);
  pages.get("/backfills", takes(), async (context) => {
    const { view, machineNow, lake: { orchestrator, state } } = context.var;
    const t = view.in(text);
    const found = await orchestrator.backfills();
    const running = found.filter(({ status }) => status === "running").map(({ id }) => id);
    const hands = running.length > 0
      ? await handsOf(state, machineNow, await worksOfBackfills(state, running))
      : undefined;
    return await show(context, { title: t.title }, [
      <Title title={t.title} lead={t.lead}>
        <a class="button main" data-dialog href={BEGIN}>{t.begin}</a>
      </Title>,
      <NoHands view={view} hands={hands} />,
      found.length === 0
        ? (
          <Empty title={t.empty}>
            <p>{t.emptyHint}</p>
          </Empty>
        )
        : (
          <Panel title={t.list} live="list">
            <List view={view} found={found} />
          </Panel>
        ),
    ]);
  });
  detail(pages);
}

function List({ view, found }: { view: View; found: readonly BackfillProgress[] }) {
  const t = view.in(text);
  return (
    <DataTable
      view={view}
      rows={found}
      columns={[
        {
          name: "backfill",
          title: t.backfill,
          cell: ({ id }) => <a class="key" href={`/backfills/${id}`}>{`#${id}`}</a>,
          by: ({ id }) => id,
        },
        {
          name: "status",
          title: t.status,
          cell: (each) => (
            <>
              <BackfillState view={view} status={each.status} />
              <Held view={view} of={each} />
            </>
          ),
          by: ({ status }) => status,
        },
        {
          name: "what",
          title: t.what,
          cell: ({ selection, from, to }) => (
            <>
              <span class="key">{selection.join(" ")}</span>
              <p class="key small quiet">{`${from} … ${to}`}</p>
            </>
          ),
          by: ({ selection }) => selection.join(" "),
        },
        {
          name: "progress",
          title: t.progress,
          cell: (each) => <Far view={view} of={each} />,
          by: ({ done, total }) => total === 0 ? 1 : done / total,
        },
        {
          name: "remaining",
          title: t.remaining,
          cell: (each) => <Remaining view={view} of={each} />,
          by: ({ remainingSeconds }) => remainingSeconds,
        },
        { name: "turn", title: t.turn, cell: (each) => <Turns view={view} of={each} />, by: null },
      ]}
    />
  );
}
