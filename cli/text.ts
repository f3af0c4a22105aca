import { type AssetKey, rangeText as rangeOfKeys } from "../core/mod.ts";

/** Partitions by key as people read them, with their number: `2018-01-01 … 2018-01-31 (31)`. */
export function rangeText(from: string | null, to: string | null, count?: number): string {
  const range = rangeOfKeys(from, to);
  return from === to || count === undefined ? range : `${range} (${number(count)})`;
}

/** An asset with its partitions. */
export function named(asset: AssetKey, from: string | null, to: string | null, count?: number): string {
  const range = rangeText(from, to, count);
  return range === "" ? asset : `${asset} ${range}`;
}

/** How many partitions are in ranges. */
export function total(ranges: Iterable<{ readonly count: number }>): number {
  return [...ranges].reduce((sum, { count }) => sum + count, 0);
}

/** With separators between thousands. */
export function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 partition`, `2 partitions`. */
export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function lasting(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Of time that is guessed: `40 s`, `6 min`, `2 h 10 min`. */
export function roughly(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
