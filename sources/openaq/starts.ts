import type { Instant, Milliseconds } from "../../core/mod.ts";

/** How many requests started in consecutive steps of time, the first of which is the `from`th since 1970. */
export interface Starts {
  readonly from: number;
  readonly counts: number[];
}

/** Starts count for `length`, and are counted in steps. */
export interface CountWindow {
  readonly length: Milliseconds;
  readonly step: Milliseconds;
}

/** When at most `most - 1` starts count, so that one more may follow; each counts as if at the end of its step. */
export function earliest(starts: Starts, window: CountWindow, most: number, now: Instant): Instant {
  const { from, counts } = counting(starts, window, now);
  let total = counts.reduce((a, b) => a + b, 0);
  let at = now;
  for (let i = 0; i < counts.length && total >= most; i++) {
    total -= counts[i]!;
    at = (from + i + 1) * window.step + window.length;
  }
  return at;
}

/** The starts that still count, and one more. */
export function counted(starts: Starts, window: CountWindow, now: Instant): Starts {
  const step = Math.floor(now / window.step);
  const { from, counts } = counting(starts, window, now);
  if (counts.length === 0) return { from: step, counts: [1] };
  const at = Math.max(0, step - from);
  const next = Array.from({ length: Math.max(counts.length, at + 1) }, (_, i) => counts[i] ?? 0);
  next[at]! += 1;
  return { from, counts: next };
}

/** Those that still count. Starts in a far future are none: the clock has been set back. */
function counting({ from, counts }: Starts, { length, step }: CountWindow, now: Instant): Starts {
  if (from * step > now + length) return { from, counts: [] };
  const over = Math.max(0, Math.floor((now - length) / step) - from);
  return { from: from + over, counts: counts.slice(over) };
}
