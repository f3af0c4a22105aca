import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Cells } from "./independent.ts";

/** Compares rows cell by cell, whatever their order; doubles of sums may differ in their last digits. */
export function assertSame(found: readonly Cells[], wanted: readonly Cells[], what: string): void {
  const names = "file_row" in (wanted[0] ?? {})
    ? ["file_date", "file_row"]
    : Object.keys(wanted[0] ?? {}).sort();
  const key = (row: Cells) =>
    names.map((name) => {
      const value = row[name];
      return typeof value === "number" ? Number(value.toPrecision(9)) : value;
    });
  const ordered = (rows: readonly Cells[]) =>
    rows.map((row): [string, Cells] => [JSON.stringify(key(row)), row])
      .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0).map(([, row]) => row);
  assertEquals(found.length, wanted.length, what);
  const [a, b] = [ordered(found), ordered(wanted)];
  for (let i = 0; i < a.length; i++) {
    for (const [name, value] of Object.entries(b[i]!)) {
      const other = a[i]![name];
      if (other === value) continue;
      const place = `${what}, row ${i}, ${name}`;
      if (typeof value !== "number" || typeof other !== "number") assertEquals(other, value, place);
      else assertAlmostEquals(other, value, Math.abs(value) * 1e-12, place);
    }
  }
}
