import type { FileRef, TableDefinition } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { AnswerTable } from "../../parts/answer_table.tsx";
import { Empty, partitionHref, Title } from "../../parts/small.tsx";
import { quoted, tableOf } from "../../view/entries.ts";
import { takes } from "../../view/given.ts";
import { text } from "./words.ts";

/** So many rows are shown. */
const ROWS = 20;

/** The first rows of a partition, which its page fetches once it is there: they take a while. */
export function partitionRows(pages: Pages): void {
  pages.get("/assets/:group/:name/:partition/rows", takes(), async (context) => {
    const { view, lake, tables, cached } = context.var;
    const t = view.in(text);
    const { group, name, partition } = context.req.param();
    const asset = `${group}/${name}`;
    const key = partition === "_" ? null : partition;
    const back = <a class="button" href={partitionHref(asset, key)}>{t.back(asset)}</a>;
    const none = (line: string) =>
      show(context, { title: t.preview, live: false }, [
        <Title title={t.preview}>{back}</Title>,
        <p class="quiet" data-included>{line}</p>,
      ]);
    const set = lake.graph.byKey.has(asset) ? lake.orchestrator.partitions(asset) : undefined;
    const ordinal = set && (key === null ? 0 : set.ordinal(key));
    if (ordinal === undefined) {
      return await show(
        context,
        { title: t.unknown, live: false, status: 404 },
        <Empty whole title={t.unknown} />,
      );
    }
    const [latest] = await lake.state.materializations(asset, [{ from: ordinal, to: ordinal }]);
    const table = tables && tableOf(asset, await tables.entries(), lake.graph);
    if (latest === undefined || table === undefined || cached === undefined) return await none(t.noTable);
    const statement = statementOf(table, latest.event.payload.files);
    if (statement === undefined) return await none(t.noRows);
    try {
      const answer = await cached.answer(statement, latest.seq);
      const number = (of: number) => view.format.number(of);
      const query = new URLSearchParams({ q: statement });
      return await show(context, { title: t.preview, live: false }, [
        <Title title={t.preview}>{back}</Title>,
        <div class="stack" data-included>
          <AnswerTable
            view={view}
            answer={answer}
            caption={t.rowsOf(
              number(answer.rows.length),
              number(latest.event.payload.rows ?? answer.rows.length),
            )}
          />
          <p>
            <a href={`/sql?${query}`}>{t.open}</a>
          </p>
        </div>,
      ]);
    } catch (error) {
      return await show(context, { title: t.preview, live: false }, [
        <Title title={t.preview}>{back}</Title>,
        <p class="notice bad" data-included>{error instanceof Error ? error.message : String(error)}</p>,
      ]);
    }
  });
}

/** The statement that reads the beginning of the partition that files are of; undefined where it has none. */
export function statementOf(
  { database, name, location, partitionColumns }: TableDefinition,
  [file]: readonly FileRef[],
): string | undefined {
  if (file === undefined || !file.path.startsWith(location)) return undefined;
  const inPath = new Map(
    file.path.slice(location.length).split("/").filter((part) => part.includes("="))
      .map((
        part,
      ) => [part.slice(0, part.indexOf("=")), decodeURIComponent(part.slice(part.indexOf("=") + 1))]),
  );
  // Values of the columns' own types: then no other partition's files are opened.
  const conditions = partitionColumns.filter((column) => inPath.has(column.name)).map(({ name, type }) =>
    `${quoted(name)} = ${type === "date32" ? "DATE " : ""}'${inPath.get(name)!.replaceAll("'", "''")}'`
  );
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return `SELECT * FROM ${quoted(database)}.${quoted(name)}${where} LIMIT ${ROWS}`;
}
