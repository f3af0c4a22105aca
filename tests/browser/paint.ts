import type { Browser } from "playwright-core";
import { Viewer } from "./viewer.ts";

/** When the first content of pages was painted, in milliseconds from when each was asked for. */
export interface Paints {
  /** By a browser that has nothing of this server yet, and once more. */
  readonly cold: readonly Paint[];
  readonly warm: readonly Paint[];
}

export interface Paint {
  readonly path: string;
  readonly ms: number;
}

const FIRST_PAINT = `new Promise((resolve) =>
  new PerformanceObserver((list) => {
    const paint = list.getEntriesByName("first-contentful-paint")[0];
    if (paint) resolve(paint.startTime);
  }).observe({ type: "paint", buffered: true }))`;

/** Measures the first contentful paint of pages. */
export async function paintsOf(browser: Browser, base: string, paths: readonly string[]): Promise<Paints> {
  const cold: Paint[] = [], warm: Paint[] = [];
  for (const path of paths) {
    await using viewer = await Viewer.open(browser, base);
    for (const paints of [cold, warm]) {
      await viewer.to(path);
      paints.push({ path, ms: await viewer.value<number>(FIRST_PAINT) });
    }
  }
  return { cold, warm };
}

/** Some paints in a line: the median, and the slowest with its page. */
export function inShort(paints: readonly Paint[]): string {
  const sorted = paints.toSorted((a, b) => a.ms - b.ms);
  const { ms, path } = sorted.at(-1)!;
  return `${Math.round(sorted[sorted.length >> 1]!.ms)} ms, at most ${Math.round(ms)} ms (${path})`;
}
