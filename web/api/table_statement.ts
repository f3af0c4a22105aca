import { type BrokenEntry, type Definition, RequestError, type TableDefinition } from "../../core/mod.ts";
import { quoted } from "../view/entries.ts";

/** A day or a moment, as a query gives it. */
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z$/;

/** Bounds on a table's rows, both inclusive. */
export interface Bounds {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The catalog's entry of these names; undefined where there is none that can be read. */
export function entryOf(
  entries: readonly (Definition | BrokenEntry)[],
  { database, table }: { readonly database: string; readonly table: string },
): Definition | undefined {
  const found = entries.find((each) => each.database === database && each.name === table);
  return found?.type === "broken" ? undefined : found;
}

/**
 * The statement that answers a table's rows of some time. Nothing that is given gets into it but dates and moments of
 * the right form, and names that the catalog has.
 *
 * @throws {RequestError} If the table has no column of time, or a bound is none.
 */
export function rowsStatement(entry: Definition, given: Bounds, order = false): string {
  // A form leaves a field empty of which nothing is wanted.
  const from = given.from || undefined;
  const to = given.to || undefined;
  const select = `SELECT * FROM ${quoted(entry.database)}.${quoted(entry.name)}`;
  const conditions = from === undefined && to === undefined ? [] : conditionsOf(entry, { from, to });
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const time = order && entry.type === "table" ? momentOf(entry) : undefined;
  return `${select}${where}${time === undefined ? "" : ` ORDER BY ${quoted(time)}`}`;
}

function conditionsOf(entry: Definition, { from, to }: Bounds): string[] {
  if (entry.type === "view") throw unbounded(entry, "a view");
  const day = entry.partitionColumns.find(({ type }) => type === "date32")?.name;
  const moment = momentOf(entry);
  if (day === undefined && moment === undefined) throw unbounded(entry, "no column of time");
  const bounds = [["from", from, ">="], ["to", to, "<="]] as const;
  for (const [name, text] of bounds) requireMoment(name, text);
  if (isBehind(from, to)) {
    throw new RequestError(`reading "from": found "${from}" behind "${to}", wanted it before or at "to"`);
  }
  return bounds.flatMap(([name, text, sign]) => {
    if (text === undefined) return [];
    const isDate = DATE.test(text);
    // Whole days by the path alone, of which others need not be opened.
    const days = day === undefined ? [] : [`${quoted(day)} ${sign} DATE '${text.slice(0, 10)}'`];
    if (moment === undefined) return days;
    if (!isDate) return [...days, `${quoted(moment)} ${sign} TIMESTAMPTZ '${text.replace("Z", "+00")}'`];
    if (day !== undefined) return days;
    const next = name === "to" ? `< DATE '${text}' + INTERVAL 1 DAY` : `>= DATE '${text}'`;
    return [`${quoted(moment)} ${next}`];
  });
}

/** @throws {RequestError} If a bound is no date or time. */
function requireMoment(name: string, text: string | undefined): void {
  const isOne = text === undefined ||
    (DATE.test(text) || INSTANT.test(text)) && !Number.isNaN(Date.parse(text));
  if (isOne) return;
  throw new RequestError(
    `reading "${name}": found "${text}", wanted a date, such as 2018-01-31, or a time, such as 2018-01-31T07:00:00Z`,
  );
}

/** Whether nothing lies between two bounds; a date is a whole day. */
function isBehind(from: string | undefined, to: string | undefined): boolean {
  if (from === undefined || to === undefined) return false;
  if (DATE.test(from) || DATE.test(to)) return from.slice(0, 10) > to.slice(0, 10);
  return Date.parse(from) > Date.parse(to);
}

function momentOf({ columns, partitionColumns }: TableDefinition): string | undefined {
  return [...columns, ...partitionColumns].find(({ type }) => type === "timestamp")?.name;
}

function unbounded({ database, name }: Definition, found: string): RequestError {
  return new RequestError(
    `bounding "${database}.${name}": found ${found}, wanted a table with a column of time`,
  );
}
