import { BusyError, DamageError, RefusedError, type Tables } from "../../../core/mod.ts";
import { type Answer, answerTo } from "../../answer.ts";
import { MEDIA } from "../../api/tables.ts";
import { type Pages, show } from "../../page.tsx";
import { streamed } from "../../streamed.tsx";
import { AnswerTable } from "../../parts/answer_table.tsx";
import { LineChart } from "../../parts/line_chart.tsx";
import { Panel, Title } from "../../parts/small.tsx";
import type { View } from "../../view/view.ts";
import { FORMATS } from "../../parts/formats.ts";
import { closed } from "../data/parts.tsx";
import { takes } from "../../view/given.ts";
import { choicesOf, type Drawn, drawnOf, seriesOf } from "./chart.ts";
import { examplesOf } from "./examples.ts";
import { text } from "./words.ts";

/** So many rows are shown, and so many cells. */
const ROWS = 1_000, CELLS = 20_000;
/** A longer statement does not fit into an address. */
const LONGEST = 5_000;

/** An answer, or why there is none, and how long that took. */
type Ran =
  & { readonly seconds: number }
  & (
    | { readonly answer: Answer }
    | { readonly fault: string; readonly busy: boolean }
  );

/** A console: one reading statement, answered by a process of its own. */
export function sql(pages: Pages): void {
  pages.get("/sql", takes("q", "x", "y", "by"), async (context) => {
    const { view, tables } = context.var;
    const t = view.in(text);
    if (tables === undefined) return await closed(context);
    const statement = (view.url.searchParams.get("q") ?? "").trim();
    const page = { title: t.title, live: false, scripts: ["console.js"] };
    const first = [
      <Title title={t.title} lead={t.lead}>
        <a class="button" href="/data">{t.tables}</a>
      </Title>,
      <Statement view={view} statement={statement} />,
    ];
    if (statement === "") {
      const examples = examplesOf(await tables.entries(), t);
      return await show(context, page, [...first, <Examples view={view} examples={examples} />]);
    }
    return await streamed(context, page, first, async (signal) => {
      const ran = await run(tables, statement, signal);
      if ("answer" in ran) return <Result view={view} statement={statement} {...ran} />;
      return (
        <Panel title={t.failed}>
          <p class="notice bad" lang="en">{ran.fault}</p>
          {ran.busy ? <p class="quiet">{t.busy}</p> : null}
        </Panel>
      );
    });
  });
  pages.get("/sql/:file", takes("q"), async (context) => {
    const { view, tables } = context.var;
    if (tables === undefined) return await closed(context);
    const { file } = context.req.param();
    const format = FORMATS.find(({ ending }) => file === `answer.${ending}`)?.ending;
    const statement = (view.url.searchParams.get("q") ?? "").trim();
    if (format === undefined || statement === "") {
      return context.text("wanted answer.csv, .json, .parquet or .arrow of q\n", 404);
    }
    try {
      const stream = await tables.ask(statement, { format, signal: context.req.raw.signal });
      return context.body(stream, 200, {
        "content-type": MEDIA[format],
        "content-disposition": `attachment; filename="answer.${format}"`,
      });
    } catch (error) {
      if (error instanceof BusyError) return context.text(`${error.message}\n`, 503, { "retry-after": "5" });
      if (error instanceof RefusedError) return context.text(`${error.message}\n`, 400);
      if (error instanceof DamageError) return context.text(`${error.message}\n`, 503);
      throw error;
    }
  });
}

async function run(tables: Tables, statement: string, signal: AbortSignal): Promise<Ran> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  try {
    const answer = await answerTo(tables, statement, { signal, rows: ROWS });
    return { answer, seconds: seconds() };
  } catch (error) {
    const busy = error instanceof BusyError;
    if (!busy && !(error instanceof RefusedError) && !(error instanceof DamageError)) throw error;
    return { fault: error.message, busy, seconds: seconds() };
  }
}

function Statement({ view, statement }: { view: View; statement: string }) {
  const t = view.in(text);
  const lines = statement.split("\n").length;
  return (
    <form method="get" action="/sql" class="stack">
      <label class="wide">
        {t.statement}
        <textarea
          name="q"
          rows={Math.min(16, Math.max(5, lines + 1))}
          maxlength={LONGEST}
          spellcheck={false}
          autocapitalize="off"
          data-run
          required
        >
          {statement}
        </textarea>
      </label>
      <p class="acts">
        <button type="submit" class="main">{t.run}</button>
        {statement === "" ? null : <a class="button" href="/sql">{t.clear}</a>}
        <span class="small quiet beside">{t.keys}</span>
      </p>
    </form>
  );
}

function Examples({ view, examples }: { view: View; examples: ReturnType<typeof examplesOf> }) {
  const t = view.in(text);
  return (
    <Panel title={t.examples} side={<span class="small quiet">{t.examplesHint}</span>}>
      <ul class="rows">
        {examples.map(({ title, statement }) => (
          <li>
            <a href={`/sql?${new URLSearchParams({ q: statement })}`}>{title}</a>
            <code class="whole small quiet">{statement.replaceAll(/\s+/g, " ")}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Result(
  { view, statement, answer, seconds }: { view: View; statement: string; answer: Answer; seconds: number },
) {
  const t = view.in(text);
  const { format } = view;
  const { columns, more } = answer;
  const rows = answer.rows.slice(0, Math.max(1, Math.floor(CELLS / Math.max(1, columns.length))));
  const isCut = more || rows.length < answer.rows.length;
  const count = isCut
    ? t.first(format.number(rows.length))
    : t.sum(format.number(rows.length), format.number(columns.length));
  const drawn = drawnOf(answer, view.url.searchParams);
  return (
    <>
      {drawn === undefined ? null : <Chart view={view} answer={answer} drawn={drawn} />}
      <Panel
        title={t.result}
        side={<span class="small quiet">{`${count}, ${t.took(format.duration(seconds * 1_000))}`}</span>}
      >
        <p class="acts">
          <span class="small quiet beside">{t.all}</span>
          {FORMATS.map(({ ending, name }) => (
            <a
              class="button"
              href={`/sql/answer.${ending}?${new URLSearchParams({ q: statement })}`}
              download
            >
              {name}
            </a>
          ))}
        </p>
        {rows.length === 0
          ? <p class="quiet">{t.noRows}</p>
          : <AnswerTable view={view} answer={{ columns, rows }} caption={count} />}
      </Panel>
    </>
  );
}

/** The answer as lines over time, with the columns to choose from. */
function Chart({ view, answer, drawn }: { view: View; answer: Answer; drawn: Drawn }) {
  const t = view.in(text);
  const { x, y, by } = choicesOf(answer.columns);
  const { searchParams } = view.url;
  const label = `${drawn.y.join(", ")}${drawn.by === undefined ? "" : ` · ${drawn.by}`}`;
  return (
    <Panel title={t.chart}>
      <LineChart view={view} label={label} series={seriesOf(answer.rows, drawn)} />
      <form method="get" action="/sql">
        <input type="hidden" name="q" value={searchParams.get("q") ?? ""} />
        <fieldset>
          <label>
            {t.time}
            <select name="x">
              {x.map((name) => <option value={name} selected={name === drawn.x}>{name}</option>)}
            </select>
          </label>
          <fieldset class="choices">
            <legend>{t.values}</legend>
            {y.map((name) => (
              <label class="choice">
                <input type="checkbox" name="y" value={name} checked={drawn.y.includes(name)} />
                {name}
              </label>
            ))}
          </fieldset>
          {by.length === 0 ? null : (
            <label>
              {t.lines}
              <select name="by">
                <option value="">{t.none}</option>
                {by.map((name) => <option value={name} selected={name === drawn.by}>{name}</option>)}
              </select>
            </label>
          )}
          <button type="submit">{t.draw}</button>
        </fieldset>
      </form>
    </Panel>
  );
}
