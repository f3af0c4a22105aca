import { type AnswerColumn, visible } from "../../core/mod.ts";
import type { Answer, Row } from "../answer.ts";
import type { View } from "../view/view.ts";
import { DataTable } from "./data_table.tsx";

/** A cell shows at most so many characters. */
const LONGEST = 400;

/** Whether a column holds numbers. */
export function isNumeric({ type }: AnswerColumn): boolean {
  return /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)\b/.test(type);
}

/** Whether a column holds days or moments. */
export function isTime({ type }: AnswerColumn): boolean {
  return /^(?:DATE|TIMESTAMP)/.test(type);
}

/** The rows of an answer, with the types of its columns; null and the empty text are told apart. */
export function AnswerTable(
  { view, answer: { columns, rows }, caption }: {
    view: View;
    answer: Pick<Answer, "columns" | "rows">;
    caption: string;
  },
) {
  return (
    <DataTable
      view={view}
      prefix="row-"
      caption={caption}
      rows={rows}
      columns={columns.map((column, place) => ({
        name: String(place),
        title: visible(column.name),
        unit: shortType(column),
        number: isNumeric(column),
        cell: (row: Row) => <Cell value={row[column.name]} />,
        by: (row: Row) => orderOf(row[column.name]),
      }))}
    />
  );
}

/** Numbers have so many digits: more are what binary fractions add. */
const DIGITS = 12;
/** Shorter texts are not wrapped. */
const SHORT = 28;

/** A value as it is; control characters are written out. */
function Cell({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <em class="quiet small">null</em>;
  if (value === "") return <code class="quiet">""</code>;
  const whole = visible(textOf(value));
  if (whole.length <= SHORT) return <span class="nowrap">{whole}</span>;
  if (whole.length <= LONGEST) return <span class="value">{whole}</span>;
  return <span class="value" title={whole.slice(0, 4_000)}>{`${whole.slice(0, LONGEST)}…`}</span>;
}

function textOf(value: unknown): string {
  if (typeof value !== "number") return typeof value === "object" ? JSON.stringify(value) : String(value);
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS)));
}

/** A value as rows are sorted by it. */
export function orderOf(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  return typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value);
}

/** A type without the names within it. */
function shortType({ type }: AnswerColumn): string {
  const text = visible(type);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
