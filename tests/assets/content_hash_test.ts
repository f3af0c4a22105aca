import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { ContentSum, contentVersion, doubleField, field, timestampField } from "../../assets/content_hash.ts";
import type { Column } from "../../core/mod.ts";

const COLUMNS: readonly Column[] = [{ name: "a", type: "utf8", nullable: true }];

function version(rows: readonly string[], columns = COLUMNS): string {
  const sum = new ContentSum();
  rows.forEach((row) => sum.add(row));
  return contentVersion(columns, sum);
}

Deno.test("a field's canonical text", () => {
  assertEquals(field(null), "~");
  assertEquals(field(-12), "3:-12");
  assertEquals(field("µg"), "3:µg");
  assertEquals(field(""), "0:");
  assertEquals(field(true), "4:true");
  assertEquals(doubleField(1.5), "7:1500000");
  assertEquals(doubleField(-0.0000005), "2:-1");
  assertEquals(doubleField(-0), "1:0");
  assertEquals(doubleField(-1e-9), "1:0");
  assertEquals(doubleField(1e20), "27:100000000000000004764729344");
  assertEquals(timestampField(1_514_764_800_000), "16:1514764800000000");
});

Deno.test("sums are those of the digest's halves", () => {
  const sum = new ContentSum();
  sum.add("abc");
  assertEquals([sum.rows, sum.first, sum.last], [1, 12704604231530709392n, 8250560606382298838n]);
  sum.add("abc");
  assertEquals([sum.rows, sum.first, sum.last], [2, 2n * 12704604231530709392n, 2n * 8250560606382298838n]);
});

Deno.test("a version does not depend on the order of rows, and duplicates count", () => {
  fc.assert(fc.property(fc.array(fc.string(), { minLength: 1 }), fc.integer(), (rows, seed) => {
    const turn = Math.abs(seed) % rows.length;
    assertEquals(version([...rows.slice(turn), ...rows.slice(0, turn)].toReversed()), version(rows));
    assertNotEquals(version([...rows, rows[turn]!]), version(rows));
    assertNotEquals(version([...rows, rows[turn]!, rows[turn]!]), version(rows));
  }));
});

Deno.test("texts of different rows differ, wherever their fields begin and end", () => {
  const value = fc.option(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("~", "1:a", "0:", ":")));
  const row = fc.array(value, { minLength: 3, maxLength: 3 });
  fc.assert(fc.property(row, row, (a, b) => {
    const same = JSON.stringify(a) === JSON.stringify(b);
    assertEquals(a.map(field).join("") === b.map(field).join(""), same);
  }));
});

Deno.test("names and types of the columns are part of a version", () => {
  const renamed = [{ ...COLUMNS[0]!, name: "b" }];
  const retyped: Column[] = [{ ...COLUMNS[0]!, type: "float64" }];
  assertEquals(new Set([COLUMNS, renamed, retyped].map((columns) => version([], columns))).size, 3);
  assert(/^[0-9a-f]{32}$/.test(version([])));
});
