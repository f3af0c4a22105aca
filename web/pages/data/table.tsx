import type { Definition } from "../../../core/mod.ts";
import type { Answer } from "../../answer.ts";
import { type Pages, show } from "../../page.tsx";
import { streamed } from "../../streamed.tsx";
import { AnswerTable } from "../../parts/answer_table.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { FORMATS } from "../../parts/formats.ts";
import { AssetLink, Empty, Facts, Panel, Title, Written } from "../../parts/small.tsx";
import type { View } from "../../view/view.ts";
import { closed, Stands } from "./parts.tsx";
import { firstQuery, firstRows, shown, type ShownEntry } from "../../view/entries.ts";
import { takes } from "../../view/given.ts";
import { behind, columnsOf, standings } from "./standing.ts";
import { text } from "./words.ts";

const PREVIEWED = 20;

/** One table or view: its columns, its first rows, and its files to take along. */
export function table(pages: Pages): void {
  pages.get("/data/:database/:table", takes(), async (context) => {
    const { view, lake, tables, cached } = context.var;
    const t = view.in(text);
    if (tables === undefined || cached === undefined) return await closed(context);
    const { database, table } = context.req.param();
    const entry = (await tables.entries()).find((each) => each.database === database && each.name === table);
    if (entry === undefined) {
      return await show(
        context,
        { title: t.unknown, live: false, status: 404 },
        <Empty whole title={t.unknown}>
          <a class="button" href="/data">{t.back}</a>
        </Empty>,
      );
    }
    const title = `${database}.${table}`;
    const each = shown(entry, lake.graph);
    if (entry.type === "broken") {
      return await show(context, { title }, [
        <Title title={<span class="key">{title}</span>} />,
        <p class="notice bad">{entry.problem}</p>,
      ]);
    }
    const { orchestrator } = lake;
    const version = each.owner === undefined
      ? `event ${orchestrator.seq}`
      : await orchestrator.contentOf(behind(each.owner));
    const preview = cached.answer(firstRows(entry, PREVIEWED), version)
      .catch((error: unknown) => error instanceof Error ? error : new Error(String(error)));
    const standing = await standings(context.var, [each]);
    return await streamed(context, { title }, [
      <Title
        title={<span class="key">{title}</span>}
        lead={each.made
          ? <Written>{each.made.description}</Written>
          : entry.type === "view"
          ? t.view
          : undefined}
      >
        <a class="button main" href={`/sql?${new URLSearchParams({ q: firstQuery(entry) })}`}>{t.query}</a>
      </Title>,
      <div class="panels">
        <Panel title={t.stands} live="stands">
          <Stands view={view} standing={each.made && standing.get(each.made.key)} />
          <About view={view} entry={entry} shown={each} />
        </Panel>
        <Download view={view} entry={entry} />
      </div>,
      entry.type === "view"
        ? (
          <Panel title={t.statement}>
            <pre tabindex={0}>{entry.statement.trim()}</pre>
          </Panel>
        )
        : <Contract view={view} of={each} />,
    ], async () => <Preview view={view} answer={await preview} />);
  });
}

function About(
  { view, entry, shown: { owner, made } }: { view: View; entry: Definition; shown: ShownEntry },
) {
  const t = view.in(text);
  return (
    <Facts
      of={[
        [t.kind, t.kinds[entry.type]],
        [t.owner, owner === undefined ? t.unowned : <AssetLink of={owner.key} />],
        ...made === undefined || made === owner ? [] : [[t.asset, <AssetLink of={made.key} />] as const],
        ...entry.type === "view" ? [] : [
          [t.format, entry.format] as const,
          [t.place, <span class="key">{entry.location}</span>] as const,
        ],
      ]}
    />
  );
}

/** The files to take along; of a table with time, those of some days alone. */
function Download({ view, entry }: { view: View; entry: Definition }) {
  const t = view.in(text);
  const isBounded = entry.type === "table" &&
    [...entry.columns, ...entry.partitionColumns].some(({ type }) =>
      type === "date32" || type === "timestamp"
    );
  const path = `/api/tables/${encodeURIComponent(entry.database)}/${encodeURIComponent(entry.name)}`;
  return (
    <Panel title={t.download}>
      <form method="get" action={`${path}.csv`} class="stack">
        {isBounded
          ? (
            <>
              <p class="small quiet">{t.downloadHint}</p>
              <fieldset>
                <label>
                  {t.from}
                  <input name="from" type="date" />
                </label>
                <label>
                  {t.to}
                  <input name="to" type="date" />
                </label>
              </fieldset>
            </>
          )
          : null}
        <p class="acts">
          {FORMATS.map(({ ending, name }) => (
            <button type="submit" formaction={`${path}.${ending}`}>{t.as(name)}</button>
          ))}
        </p>
      </form>
    </Panel>
  );
}

function Contract({ view, of }: { view: View; of: ShownEntry }) {
  const t = view.in(text);
  return (
    <Panel title={t.contract}>
      <DataTable
        view={view}
        prefix="column-"
        rows={columnsOf(of)}
        columns={[
          { name: "name", title: t.column, cell: ({ name }) => <code>{name}</code>, by: ({ name }) => name },
          { name: "type", title: t.type, by: ({ type }) => type },
          { name: "unit", title: t.unit, by: ({ unit }) => unit ?? null },
          {
            name: "limits",
            title: t.limits,
            cell: ({ limits }) =>
              limits === undefined ? "" : limits.map((each) => view.format.number(each)).join(" – "),
            by: ({ limits }) => limits?.[1] ?? null,
          },
          {
            name: "nulls",
            title: t.nulls,
            cell: ({ nullable }) => nullable ? t.yes : t.no,
            by: ({ nullable }) => Number(nullable),
          },
          {
            name: "in",
            title: t.isPath,
            cell: ({ isPath }) => isPath ? t.path : t.file,
            by: ({ isPath }) => Number(isPath),
          },
        ]}
      />
    </Panel>
  );
}

function Preview({ view, answer }: { view: View; answer: Answer | Error }) {
  const t = view.in(text);
  return (
    <Panel title={t.preview} live="preview">
      {answer instanceof Error
        ? <p class="notice bad" lang="en">{answer.message}</p>
        : answer.rows.length === 0
        ? <p class="quiet">{t.noRows}</p>
        : <AnswerTable view={view} answer={answer} caption={t.previewHint} />}
    </Panel>
  );
}
