import { partitionHref } from "./small.tsx";
import type { View } from "../view/view.ts";
import { type ShownState, stateWords } from "./state.tsx";

/** One partition in a grid. */
export interface Cell {
  readonly key: string;
  readonly state: ShownState;
  /** Whether it breaks its asset's promise, beside its state. */
  readonly late: boolean;
  /** Its place in the grid, both from 0. */
  readonly column: number;
  readonly row: number;
}

/** A grid of partitions with the names of its rows and columns. */
export interface Grid {
  readonly cells: readonly Cell[];
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** The width of a cell; it is 14 high. */
  readonly width: number;
}

const HEIGHT = 14, GAP = 2, LEFT = 44, TOP = 16;

/** What is drawn over a cell, in a square of 10, so that no state is told by its colour alone. */
const MARKS: Readonly<Partial<Record<ShownState, string>>> = {
  stale: "M0 10 10 0",
  failed: "M1 1 9 9M9 1 1 9",
  blocked: "M1 5h8",
  running: "M3 1v8M7 1v8",
  queued: "M1 8h8M1 5h8",
};

/** Partitions as a heat map; each cell leads to its partition. The keyboard finds them in the table beside it. */
export function Cells(
  { view, asset, grid, label }: { view: View; asset: string; grid: Grid; label: string },
) {
  const { cells, columns, rows, width } = grid;
  const names = view.in(stateWords);
  const step = width + GAP;
  const [across, down] = [LEFT + columns.length * step, TOP + rows.length * (HEIGHT + GAP)];
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={label}>
      <svg
        class="cells"
        width={across}
        height={down}
        viewBox={`0 0 ${across} ${down}`}
        role="group"
        aria-label={label}
      >
        {columns.map((name, place) =>
          name === "" ? null : <text x={LEFT + place * step} y={TOP - 5}>{name}</text>
        )}
        {rows.map((name, place) =>
          name === "" ? null : <text x="0" y={TOP + place * (HEIGHT + GAP) + 11}>{name}</text>
        )}
        {cells.map(({ key, state, late, column, row }) => {
          const [x, y] = [LEFT + column * step, TOP + row * (HEIGHT + GAP)];
          const mark = MARKS[state];
          return (
            <a href={partitionHref(asset, key)} tabindex={-1}>
              <title>{`${key}: ${names[state]}${late ? `, ${names.late}` : ""}`}</title>
              <rect class={`s-${state}`} x={x} y={y} width={width} height={HEIGHT} />
              {mark === undefined
                ? null
                : <path class="over" transform={`translate(${x + (width - 10) / 2} ${y + 2})`} d={mark} />}
              {late ? <path class="s-late" d={`M${x} ${y}h7l-7 7Z`} /> : null}
            </a>
          );
        })}
      </svg>
    </div>
  );
}
