import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Pager } from "../../parts/pager.tsx";
import { AssetLink, Empty, Panel, partitionHref, Title } from "../../parts/small.tsx";
import { Stand } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { givenIn, takes } from "../../view/given.ts";
import { day, dayHref } from "./day.tsx";
import { type Gate, gatesOf, type Pair, type Pairs, pairsOf, type Side } from "./gates.ts";
import { Compared } from "./compared.tsx";
import { text } from "./words.ts";

/** Development and production side by side, for every asset with a gate. */
export function promotion(pages: Pages): void {
  pages.get("/promotion", takes("until"), async (context) => {
    const { view, lake } = context.var;
    const t = view.in(text);
    await lake.orchestrator.refresh();
    const gates = gatesOf(lake.graph);
    const until = givenIn(view.url.searchParams, "until", {
      isMeant: (key) =>
        gates.some(({ prod }) => lake.orchestrator.partitions(prod.key).ordinal(key) !== undefined),
      wanted: "a partition of what is promoted",
    });
    const found: { gate: Gate; pairs: Pairs }[] = [];
    for (const gate of gates) found.push({ gate, pairs: await pairsOf(lake, gate, until) });
    if (found.length === 0) {
      return await show(
        context,
        { title: t.title, live: false },
        <Empty whole title={t.none}>
          <p>{t.noneHint}</p>
          <a class="button" href="/assets">{t.toAssets}</a>
        </Empty>,
      );
    }
    return await show(context, { title: t.title }, [
      <Title title={t.title} lead={t.lead} />,
      ...found.map(({ gate, pairs }, place) => (
        <Promoted view={view} gate={gate} pairs={pairs} prefix={`gate-${place}-`} />
      )),
    ]);
  });
  day(pages);
}

function Promoted(
  { view, gate, pairs: { pairs, older }, prefix }: {
    view: View;
    gate: Gate;
    pairs: Pairs;
    prefix: string;
  },
) {
  const t = view.in(text);
  const { prod, dev, check } = gate;
  const rows = ({ latest }: Side) => latest?.event.payload.rows ?? null;
  const rowsIn = (side: "dev" | "prod") => ({
    name: `${side}-rows`,
    title: t.rows,
    number: true,
    by: (pair: Pair) => rows(pair[side]),
  });
  const sideOf = (side: "dev" | "prod", title: string) => ({
    name: side,
    title,
    cell: (pair: Pair) => (
      <a href={partitionHref((side === "dev" ? dev : prod).key, pair.partition)} class="state-link">
        <Stand view={view} of={pair[side]} />
      </a>
    ),
    by: (pair: Pair) => pair[side].state,
  });
  return (
    <Panel
      title={<AssetLink of={prod.key} />}
      live={prod.key}
      side={<span class="small quiet">{t.against(check, dev.key)}</span>}
    >
      <DataTable
        view={view}
        prefix={prefix}
        label={prod.key}
        rows={pairs}
        columns={[
          {
            name: "partition",
            title: t.partition,
            cell: ({ partition }) => (
              <a class="key" href={dayHref(partition, prod.key)}>{partition ?? prod.key}</a>
            ),
            by: ({ partition }) => partition,
          },
          sideOf("dev", t.development),
          rowsIn("dev"),
          sideOf("prod", t.production),
          rowsIn("prod"),
          {
            name: "content",
            title: t.comparison,
            cell: ({ comparison }) => <Compared view={view} of={comparison} />,
            by: ({ comparison }) => comparison,
          },
        ]}
      />
      <Pager view={view} label={prod.key} parameter="until" older={older} />
    </Panel>
  );
}
