import type { AssetKey } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { AssetLink, Empty, Panel, partitionHref, Title } from "../../parts/small.tsx";
import { Marked } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { closed, Stands, tableHref } from "./parts.tsx";
import { shown, type ShownEntry } from "../../view/entries.ts";
import { takes } from "../../view/given.ts";
import { type Standing, standings } from "./standing.ts";
import { table } from "./table.tsx";
import { text } from "./words.ts";

/** The lake's tables and views. */
export function data(pages: Pages): void {
  pages.get("/data", takes("q"), async (context) => {
    const { view, lake, tables } = context.var;
    const t = view.in(text);
    if (tables === undefined) return await closed(context);
    await lake.orchestrator.refresh();
    const all = (await tables.entries()).map((entry) => shown(entry, lake.graph));
    const asked = (view.url.searchParams.get("q") ?? "").trim();
    const found = all.filter((each) => isFound(each, asked));
    const standing = await standings(context.var, found);
    const databases = Map.groupBy(found, ({ entry }) => entry.database);
    return await show(context, { title: t.title }, [
      <Title title={t.title} lead={t.lead}>
        <a class="button" href="/sql">SQL</a>
      </Title>,
      all.length === 0 ? null : (
        <form method="get" role="search">
          <fieldset>
            <label>
              {t.search}
              <input name="q" type="search" value={asked} placeholder={t.searchHint} size={28} />
            </label>
            <button type="submit">{t.show}</button>
            {asked === "" ? null : <a class="button" href="/data">{t.all}</a>}
          </fieldset>
        </form>
      ),
      found.length > 0 ? null : all.length > 0 ? <Empty title={t.noneFound(asked)} /> : (
        <Empty title={t.none}>
          <p>{t.noneHint}</p>
          <a class="button main" data-dialog href="/acts/materialize?selection=*">{t.materialize}</a>
        </Empty>
      ),
      ...[...databases].map(([database, entries]) => (
        <Panel title={<span class="key">{database}</span>} live={`database-${database}`}>
          <div class="catalog">
            <Entries view={view} database={database} entries={entries} standing={standing} />
          </div>
        </Panel>
      )),
    ]);
  });
  table(pages);
}

/** Whether each word is part of a name that an entry has. */
function isFound({ entry, owner, made }: ShownEntry, asked: string): boolean {
  const names = [
    `${entry.database}.${entry.name}`,
    owner?.key ?? "",
    made?.key ?? "",
    ...entry.type === "table" ? [...entry.columns, ...entry.partitionColumns].map(({ name }) => name) : [],
  ].map((name) => name.toLowerCase());
  return asked.toLowerCase().split(/\s+/).every((word) => names.some((name) => name.includes(word)));
}

function Entries(
  { view, database, entries, standing }: {
    view: View;
    database: string;
    entries: readonly ShownEntry[];
    standing: ReadonlyMap<AssetKey, Standing>;
  },
) {
  const t = view.in(text);
  const columnsIn = ({ entry }: ShownEntry) =>
    entry.type === "table" ? entry.columns.length + entry.partitionColumns.length : null;
  return (
    <DataTable
      view={view}
      prefix={`${database}-`}
      label={database}
      rows={entries}
      columns={[
        {
          name: "table",
          title: t.table,
          cell: ({ entry }) => <a class="key" href={tableHref(entry)}>{entry.name}</a>,
          by: ({ entry }) => entry.name,
        },
        {
          name: "kind",
          title: t.kind,
          cell: ({ entry }) =>
            entry.type === "broken"
              ? (
                <Marked state="failed">
                  {t.kinds.broken}
                </Marked>
              )
              : t.kinds[entry.type],
          by: ({ entry }) => entry.type,
        },
        {
          name: "columns",
          title: t.columns,
          number: true,
          by: columnsIn,
        },
        {
          name: "newest",
          title: t.newest,
          cell: ({ entry, made }) => {
            const newest = entry.type === "table" && made ? standing.get(made.key)?.newest : undefined;
            if (newest === undefined) return "";
            return (
              <>
                <span class="nowrap">{t.rows(view.format.number(newest.rows))}</span>
                {newest.partition === null ? null : (
                  <>
                    {" "}
                    <a class="key small" href={partitionHref(made!.key, newest.partition)}>
                      {newest.partition}
                    </a>
                  </>
                )}
              </>
            );
          },
          by: ({ made }) => made ? standing.get(made.key)?.newest?.rows ?? null : null,
        },
        {
          name: "stands",
          title: t.stands,
          cell: ({ made }) => <Stands view={view} standing={made && standing.get(made.key)} />,
          by: ({ made }) => {
            const { total, fresh } = (made && standing.get(made.key)?.counts?.partitions) ??
              { total: 0, fresh: 0 };
            return total === 0 ? null : fresh / total;
          },
        },
        {
          name: "owner",
          title: t.owner,
          cell: ({ owner }) =>
            owner === undefined ? <span class="quiet">{t.unowned}</span> : <AssetLink of={owner.key} />,
          by: ({ owner }) => owner?.key ?? null,
        },
      ]}
    />
  );
}
