/** One measured figure. `limit` is the most it may be, or, with `atLeast`, the least. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What Dagster 1.13 takes for the same, on two cores. */
  readonly peer?: number;
  readonly limit: number;
  readonly atLeast?: true;
  /** The state that it was measured on. */
  readonly state?: string;
}

/** Prints a figure as one line of JSON. @returns Whether it keeps its limit. */
export function report(figure: Figure): boolean {
  console.log(JSON.stringify({ ...figure, value: Number(figure.value.toPrecision(4)) }));
  return figure.atLeast ? figure.value >= figure.limit : figure.value <= figure.limit;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How long the work takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
