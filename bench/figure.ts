import type { Peer } from "./peer/dagster.ts";

/** One measured figure. `limit` is the most it may be, or, with `atLeast`, the least. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly atLeast?: true;
  /** The state that it was measured on. */
  readonly state?: string;
}

/** Whether a figure keeps its limit. */
export function keeps({ value, limit, atLeast }: Figure): boolean {
  return atLeast ? value >= limit : value <= limit;
}

/** Prints a figure as one line of JSON, beside what a peer takes for the same. */
export function report(figure: Figure, peer?: Peer): void {
  const theirs = peer?.figures[figure.name];
  console.log(JSON.stringify({
    ...figure,
    value: rounded(figure.value),
    ...(theirs !== undefined && { peer: { name: peer!.name, value: rounded(theirs) } }),
  }));
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
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
