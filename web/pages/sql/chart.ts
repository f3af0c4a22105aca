import type { AnswerColumn, Instant } from "../../../core/mod.ts";
import type { Answer, Row } from "../../answer.ts";
import { isNumeric, isTime } from "../../parts/answer_table.tsx";
import { oneOf } from "../../view/given.ts";
import { MOST_LINES, type Series } from "../../parts/line_chart.tsx";

/** Which columns a chart is drawn of. */
export interface Drawn {
  /** The column of time. */
  readonly x: string;
  /** The columns of numbers. */
  readonly y: readonly string[];
  /** The column by whose values lines are told apart; undefined where each of `y` is one line. */
  readonly by: string | undefined;
}

/** The columns among which one may choose. */
export interface Choices {
  readonly x: readonly string[];
  readonly y: readonly string[];
  readonly by: readonly string[];
}

export function choicesOf(columns: readonly AnswerColumn[]): Choices {
  const names = (of: (column: AnswerColumn) => boolean) => columns.filter(of).map(({ name }) => name);
  return {
    x: names(isTime),
    y: names(isNumeric),
    by: names((column) => !isTime(column) && !isNumeric(column) || /(^|_)id$/.test(column.name)),
  };
}

/** Numbers that are names or places are drawn only where somebody asks for it. */
const NO_MEASURE = /(^|_)(id|year|month|day|latitude|longitude|lat|lon)$/i;

/**
 * What is drawn of an answer: as the query says, or what is likely meant.
 *
 * @returns undefined where there is nothing to draw.
 * @throws {RequestError} If the query names a column that cannot be drawn so.
 */
export function drawnOf({ columns, rows }: Answer, asked: URLSearchParams): Drawn | undefined {
  const choices = choicesOf(columns);
  const asX = oneOf(asked, "x", choices.x), asBy = oneOf(asked, "by", choices.by);
  const chosen = asked.getAll("y").flatMap((y) => oneOf(new URLSearchParams({ y }), "y", choices.y) ?? []);
  if (rows.length < 2 || choices.x.length === 0 || choices.y.length === 0) return undefined;
  const x = asX ?? choices.x[0]!;
  const measures = choices.y.filter((name) => !NO_MEASURE.test(name));
  const by = asked.has("by")
    ? asBy
    : hasTwins(rows, x)
    ? choices.by.find((name) => new Set(rows.map((row) => row[name])).size <= MOST_LINES)
    : undefined;
  const y = chosen.length > 0 ? chosen : (measures.length > 0 ? measures : choices.y).slice(0, by ? 1 : 3);
  return { x, y: by === undefined ? y : y.slice(0, 1), by };
}

/** The lines of a chart; of several rows at one time and line the mean. */
export function seriesOf(rows: readonly Row[], { x, y, by }: Drawn): Series[] {
  const lines = by === undefined
    ? y.map((name) => ({ name, rows, value: name }))
    : [...Map.groupBy(rows, (row) => String(row[by] ?? "null"))].map(([name, rows]) => ({
      name,
      rows,
      value: y[0]!,
    }));
  return lines.sort((a, b) => by === undefined || a.name === b.name ? 0 : a.name < b.name ? -1 : 1).map((
    { name, rows, value },
  ) => ({ name, points: pointsOf(rows, x, value) }));
}

function pointsOf(rows: readonly Row[], x: string, y: string): [Instant, number | null][] {
  const sums = new Map<Instant, { sum: number; count: number }>();
  for (const row of rows) {
    const at = Date.parse(String(row[x]));
    if (Number.isNaN(at)) continue;
    const each = sums.get(at) ?? { sum: 0, count: 0 };
    const value = row[y];
    if (typeof value === "number") {
      each.sum += value;
      each.count++;
    }
    sums.set(at, each);
  }
  return [...sums].sort(([a], [b]) => a - b)
    .map(([at, { sum, count }]) => [at, count === 0 ? null : sum / count]);
}

/** Whether two rows have the same time. */
function hasTwins(rows: readonly Row[], x: string): boolean {
  return new Set(rows.map((row) => row[x])).size < rows.length;
}
