import type { KeptAct } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Pager } from "../../parts/pager.tsx";
import { Empty, Panel, Said, Time, Title } from "../../parts/small.tsx";
import type { View } from "../../view/view.ts";
import { numberIn, takes } from "../../view/given.ts";
import { Outcome, type Stands, standsOf } from "./outcome.tsx";
import { text } from "./words.ts";

/** So many acts are on a page. */
const PAGE = 100;

/** The journal of what somebody asked for over the web. */
export function audit(pages: Pages): void {
  pages.get("/audit", takes("before"), async (context) => {
    const { view, lake } = context.var;
    const t = view.in(text);
    const before = numberIn(view.url.searchParams, "before");
    const found = await lake.state.acts.list({ limit: PAGE + 1, ...(before !== undefined && { before }) });
    const listed = found.slice(0, PAGE);
    return await show(context, { title: t.title }, [
      <Title title={t.title} lead={t.lead}>
        <a class="button" href="/automation">{t.back}</a>
      </Title>,
      listed.length === 0
        ? (
          <Empty title={t.empty}>
            <p>{t.emptyHint}</p>
          </Empty>
        )
        : (
          <Panel title={t.list} live="acts">
            <List view={view} acts={listed} stands={await standsOf(lake, listed)} />
            <Pager
              view={view}
              label={t.list}
              older={found.length > PAGE ? listed.at(-1)!.number : undefined}
            />
          </Panel>
        ),
    ]);
  });
}

function List(
  { view, acts, stands }: { view: View; acts: readonly KeptAct[]; stands: Stands },
) {
  const t = view.in(text);
  return (
    <DataTable
      view={view}
      rows={acts}
      columns={[
        {
          name: "when",
          title: t.when,
          cell: ({ at }) => <Time view={view} at={at} />,
          by: ({ number }) => number,
        },
        { name: "act", title: t.act, by: ({ act }) => act },
        {
          name: "detail",
          title: t.detail,
          cell: ({ detail }) => (
            <ul class="small">
              {Object.entries(detail).map(([name, value]) => (
                <li>
                  <span class="quiet">{name}</span>{" "}
                  <span class="key">{typeof value === "string" ? value : JSON.stringify(value)}</span>
                </li>
              ))}
            </ul>
          ),
          by: ({ detail }) => JSON.stringify(detail),
        },
        {
          name: "who",
          title: t.who,
          cell: ({ role, address }) => (
            <span>
              <span class="key">{address}</span> <span class="quiet">({t.may[role ?? "none"]})</span>
            </span>
          ),
          by: ({ address }) => address,
        },
        {
          name: "outcome",
          title: t.outcome,
          cell: (act) => <Outcome view={view} act={act} stands={stands} />,
          by: ({ outcome }) => outcome,
        },
        {
          name: "message",
          title: t.message,
          cell: ({ message }) => message && <Said>{message}</Said>,
          by: ({ message }) => message ?? null,
        },
      ]}
    />
  );
}
