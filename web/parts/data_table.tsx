import type { Child } from "hono/jsx";
import { RequestError } from "../../core/mod.ts";
import { link, type View } from "../view/view.ts";
import { words } from "../view/language.ts";

/** A column of a table: its heading, a row's cell, and what it is sorted by. */
export interface TableColumn<Row> {
  /** Names it in the page's address. */
  readonly name: string;
  readonly title: string;
  /** @default what it is sorted by */
  readonly cell?: (row: Row) => Child;
  /** Null where a cell is no value: a link that acts, or a drawing. */
  readonly by: ((row: Row) => string | number | null) | null;
  /** Numbers stand on the right. @default false */
  readonly number?: boolean;
  /** Stands below the heading, such as a unit or a type. */
  readonly unit?: string;
}

const text = words({ ascending: "ascending", descending: "descending" }, {
  ascending: "tăng dần",
  descending: "giảm dần",
});

/**
 * A table that is sorted by the address: `?sort=name` or `?sort=-name`, after `prefix` where a page has several. The rows
 * stand as they are given where nothing is chosen. With a `summary` it is folded away below it, until it is sorted.
 *
 * @throws {RequestError} If it is to be sorted by what it does not have.
 */
export function DataTable<Row>(
  { view, caption, label, summary, columns, rows, prefix = "" }: {
    view: View;
    caption?: Child;
    /** Names it to who does not see where it stands. @default its caption, or its headings */
    label?: string;
    summary?: Child;
    columns: readonly TableColumn<Row>[];
    rows: readonly Row[];
    prefix?: string;
  },
) {
  const parameter = `${prefix}sort`;
  const chosen = view.url.searchParams.get(parameter) ?? "";
  const descends = chosen.startsWith("-");
  const name = descends ? chosen.slice(1) : chosen;
  const sorting = columns.find((column) => column.name === name)?.by ?? undefined;
  if (sorting === undefined && name !== "") {
    const sortable = columns.filter(({ by }) => by !== null).map(({ name }) => name);
    throw new RequestError(`reading "${parameter}": found "${chosen}", wanted one of ${sortable.join(", ")}`);
  }
  const sorted = sorting === undefined
    ? rows
    : [...rows].sort((a, b) => order(sorting(a), sorting(b)) * (descends ? -1 : 1));
  const table = (
    <div
      class="scroll"
      tabindex={0}
      role="region"
      aria-label={label ??
        (typeof caption === "string" ? caption : columns.map(({ title }) => title).join(", "))}
    >
      <table>
        {caption === undefined ? null : <caption>{caption}</caption>}
        <thead>
          <tr>
            {columns.map((column) => {
              const isChosen = column.name === name;
              const sort = !isChosen ? {} : { "aria-sort": descends ? "descending" : "ascending" } as const;
              const next = isChosen && !descends ? `-${column.name}` : column.name;
              return (
                <th scope="col" class={column.number ? "number" : ""} {...sort}>
                  {column.by === null ? column.title : (
                    <a href={link(view, { [parameter]: next })}>
                      {column.title}
                      {isChosen ? <Arrow view={view} descends={descends} /> : null}
                    </a>
                  )}
                  {column.unit === undefined ? null : <span class="below">{column.unit}</span>}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr>
              {columns.map((
                { number, by, cell = by === null ? () => "" : (row: Row) => plain(view, by(row)) },
              ) => <td class={number ? "number" : ""}>{cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
  if (summary === undefined) return table;
  return (
    <details open={sorting !== undefined}>
      <summary>{summary}</summary>
      {table}
    </details>
  );
}

function Arrow({ view, descends }: { view: View; descends: boolean }) {
  const { ascending, descending } = view.in(text);
  return <span aria-label={descends ? descending : ascending}>{descends ? " ↓" : " ↑"}</span>;
}

/** A value as people read it. */
function plain({ format }: View, value: string | number | null): Child {
  return typeof value === "number" ? format.number(value) : value ?? "";
}

/** Ascending, by code unit; what is null comes first. */
function order(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
