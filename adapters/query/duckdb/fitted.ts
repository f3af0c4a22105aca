/** A table of texts. */
export interface Texts {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether a column holds numbers: aligned to the right, and never cut. */
  readonly right: readonly boolean[];
}

/** The lines of a table within a width. */
export interface Fitted {
  readonly lines: readonly string[];
  /** The columns that did not fit, by their heads. */
  readonly left: readonly string[];
}

/** No cell is wider. */
const WIDEST = 60;
/** Texts are cut down to this before a column is left out. */
const NARROWEST = 12;
const GAP = 2;

/** Draws a table: where it is too wide, the widest texts are cut, and then the last columns left out. */
export function fitted({ heads, rows, right }: Texts, width: number): Fitted {
  const natural = heads.map((head, i) =>
    Math.min(WIDEST, rows.reduce((most, row) => Math.max(most, widthOf(row[i]!)), widthOf(head)))
  );
  const least = natural.map((each, i) => right[i] ? each : Math.min(each, NARROWEST));
  let count = heads.length;
  while (count > 1 && total(least.slice(0, count)) > width) count--;
  const widths = shrunk(natural.slice(0, count), least, width);
  const line = (cells: readonly string[]) =>
    widths.map((to, i) => padded(short(cells[i]!, to), to, right[i]!)).join(" ".repeat(GAP)).trimEnd();
  const rule = widths.map((each) => "─".repeat(each)).join(" ".repeat(GAP));
  return { lines: [line(heads), rule, ...rows.map(line)], left: heads.slice(count) };
}

/** Takes from the widest columns first, no more than is needed. */
function shrunk(natural: readonly number[], least: readonly number[], width: number): number[] {
  const widths = [...natural];
  for (let over = total(widths) - width; over > 0; over--) {
    let widest = -1;
    for (let i = 0; i < widths.length; i++) {
      if (widths[i]! > least[i]! && (widest < 0 || widths[i]! > widths[widest]!)) widest = i;
    }
    if (widest < 0) break;
    widths[widest] = widths[widest]! - 1;
  }
  return widths;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each + GAP, -GAP);
}

function short(text: string, to: number): string {
  return widthOf(text) <= to ? text : `${Array.from(text).slice(0, to - 1).join("")}…`;
}

function padded(text: string, to: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, to - widthOf(text)));
  return right ? space + text : text + space;
}

function widthOf(text: string): number {
  return Array.from(text).length;
}
