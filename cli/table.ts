/** A column of a table for people. */
export interface Column {
  readonly head: string;
  /** Left out where nothing is to be seen in it: all its cells are empty or 0. */
  readonly sparse?: boolean;
  /** Left out where the table is too wide, the greatest number first; those without stay. */
  readonly rank?: number;
}

/** The width of what is read by people where no terminal tells its own, such as in a mail. */
export const USUAL_WIDTH = 80;

/** Rows of cells as aligned columns, two spaces apart, within a width if they can be; numbers are aligned right. The first line is the head. */
export function table(
  columns: readonly (Column | string)[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): string[] {
  let shown = columns.map((column, place) => measured(column, place, rows)).filter(isSeen);
  while (widthOf(shown) > width) {
    const least = Math.max(...shown.map(({ rank = 0 }) => rank));
    if (least === 0) break;
    shown = shown.filter(({ rank }) => rank !== least);
  }
  return shown[0]!.cells.map((_, row) => shown.map((column) => padded(column, row)).join("  ").trimEnd());
}

interface Measured extends Column {
  /** With the head. */
  readonly cells: readonly string[];
  readonly width: number;
  readonly right: boolean;
}

function measured(column: Column | string, place: number, rows: readonly (readonly string[])[]): Measured {
  const { head, ...rest } = typeof column === "string" ? { head: column } : column;
  const own = rows.map((row) => row[place]!);
  const width = [head, ...own].reduce((most, cell) => Math.max(most, cell.length), 0);
  return { head, ...rest, cells: [head, ...own], width, right: own.every((cell) => /^[\d,.]*$/.test(cell)) };
}

function isSeen({ sparse, cells }: Measured): boolean {
  return !sparse || cells.slice(1).some((cell) => cell !== "" && cell !== "0");
}

function widthOf(columns: readonly Measured[]): number {
  return columns.reduce((sum, { width }) => sum + width + 2, -2);
}

function padded({ cells, width, right }: Measured, row: number): string {
  return right ? cells[row]!.padStart(width) : cells[row]!.padEnd(width);
}
