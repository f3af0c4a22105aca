import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as ranges from "../../../core/partition/ranges.ts";

const ordinal = fc.integer({ min: -20, max: 60 });
const messy = fc.array(fc.tuple(ordinal, fc.nat(8)).map(([from, size]) => ({ from, to: from + size })));
const set = fc.uniqueArray(ordinal).map(ranges.fromOrdinals);
const plain = (list: ranges.Ranges) => new Set(ranges.ordinals(list));

function assertIs(found: ranges.Ranges, wanted: Set<number>) {
  assertEquals([...ranges.ordinals(found)], [...wanted].sort((a, b) => a - b));
  for (let i = 1; i < found.length; i++) {
    assertEquals(found[i]!.from > found[i - 1]!.to + 1, true, "ranges neither overlap nor touch");
  }
}

Deno.test("ranges: ordinals in any order, with repeats, become ascending ranges", () => {
  assertEquals(ranges.fromOrdinals([7, 3, 4, 3, 10, 5]), [
    { from: 3, to: 5 },
    { from: 7, to: 7 },
    { from: 10, to: 10 },
  ]);
  assertEquals(ranges.fromOrdinals([]), []);
});

Deno.test("ranges: normalize keeps the ordinals", () => {
  fc.assert(fc.property(messy, (list) => {
    assertIs(ranges.normalize(list), new Set(ranges.ordinals(list)));
  }));
});

Deno.test("ranges: union, intersect and subtract are those of sets", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      assertIs(ranges.union(a, b), plain(a).union(plain(b)));
      assertIs(ranges.intersect(a, b), plain(a).intersection(plain(b)));
      assertIs(ranges.subtract(a, b), plain(a).difference(plain(b)));
    }),
    { numRuns: 500 },
  );
});

Deno.test("ranges: contains, intersects and count are those of sets", () => {
  fc.assert(fc.property(set, ordinal, fc.nat(10), (list, from, size) => {
    const members = plain(list);
    const range = { from, to: from + size };
    assertEquals(ranges.contains(list, from), members.has(from));
    assertEquals(
      ranges.intersects(list, range),
      [...ranges.ordinals([range])].some((each) => members.has(each)),
    );
    assertEquals(ranges.count(list), members.size);
  }));
});

Deno.test("ranges: chunks are contiguous pieces of at most the given size", () => {
  assertEquals([...ranges.chunks([{ from: 1, to: 5 }, { from: 8, to: 8 }], 2)], [
    { from: 1, to: 2 },
    { from: 3, to: 4 },
    { from: 5, to: 5 },
    { from: 8, to: 8 },
  ]);
  fc.assert(fc.property(set, fc.integer({ min: 1, max: 9 }), (list, most) => {
    const pieces = [...ranges.chunks(list, most)];
    assertEquals([...ranges.ordinals(pieces)], [...ranges.ordinals(list)]);
    assertEquals(pieces.every(({ from, to }) => to - from < most), true);
  }));
});
