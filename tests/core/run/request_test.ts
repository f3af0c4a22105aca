import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RequestError } from "../../../core/errors.ts";
import { requestOf, scopeFrom } from "../../../core/run/request.ts";
import { type RunSelection, scopeOf } from "../../../core/run/scope.ts";
import { daily, daysOfMonth, definer, from, monthly, staticKeys } from "../../../core/mod.ts";
import { contents, lab } from "../lab.ts";

const { asset } = definer<null>();

async function index() {
  const days = asset({ key: "t/days", partitions: daily({ start: "2023-11-05" }), ...contents({}) });
  const months = asset({
    key: "t/months",
    partitions: monthly({ start: "2023-11-01" }),
    deps: { days: from(days, daysOfMonth) },
    ...contents({}),
  });
  const zones = asset({ key: "t/zones", partitions: staticKeys(["north", "south"]), ...contents({}) });
  const once = asset({ key: "t/once", ...contents({}) });
  return (await lab([days, months, zones, once])).orchestrator.index;
}

const day = fc.integer({ min: 0, max: 100 })
  .map((i) => new Date(Date.UTC(2023, 10, 1 + i)).toISOString().slice(0, 10));

const selection: fc.Arbitrary<RunSelection> = fc.record({
  assets: fc.subarray(["t/days", "t/months", "t/zones", "t/once"], { minLength: 1 })
    .map((keys) => new Set(["t/days", ...keys])),
  lookbackDays: fc.integer({ min: 0, max: 40 }),
  all: fc.boolean(),
  force: fc.boolean(),
  bounds: fc.option(fc.tuple(day, day).map(([a, b]) => a < b ? { from: a, to: b } : { from: b, to: a })),
}).map(({ bounds, ...rest }) => ({ ...rest, ...bounds }));

Deno.test("a run that is read back from JSON covers what the selection did that it was made of", async () => {
  const known = await index();
  fc.assert(fc.property(selection, (given) => {
    const request = requestOf(known, "materialize", given);
    const scope = scopeFrom(known, JSON.parse(JSON.stringify(request)));
    const plain = (of: typeof scope) => [...of].map(([{ key }, ranges]) => [key, ranges]);
    assertEquals(plain(scope), plain(scopeOf(known, given)));
    assertEquals(request.force ?? false, given.force);
  }));
});

Deno.test("a run of what the graph has not is refused", async () => {
  const known = await index();
  const refused = (asset: string, key: string | null, found: string) =>
    assertThrows(
      () => scopeFrom(known, { command: "wipe", ranges: [{ asset, from: key, to: key }] }),
      RequestError,
      `running "wipe"${found}`,
    );
  refused("t/gone", null, ': found no asset "t/gone", wanted one of the graph');
  refused("t/days", "2023-11-31", ' of "t/days": found partition "2023-11-31", wanted one of its own');
  refused("t/zones", null, ' of "t/zones": found no partition, wanted one of its own');
});
