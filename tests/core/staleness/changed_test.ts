import { assertEquals } from "@std/assert";
import { definer, from } from "../../../core/asset.ts";
import { HOUR } from "../../../core/instant.ts";
import { daysOfMonth, hoursOfDay } from "../../../core/mapping.ts";
import { rangeText } from "../../../core/partition/range_text.ts";
import { daily, hourly, monthly } from "../../../core/partition/time_set.ts";
import { contents, lab } from "../lab.ts";

const { asset } = definer<null>();
const start = "2024-01-01";

/** A roll-up of hours, of which each is due again two hours after it was asked. */
async function rollUp() {
  const hours = asset({
    key: "t/hours",
    partitions: hourly({ start }),
    due: (_, askedAt) => askedAt + 2 * HOUR,
    batch: { most: 1_000 },
    ...contents({}),
  });
  const days = asset({
    key: "t/days",
    partitions: daily({ start }),
    deps: { hours: from(hours, hoursOfDay) },
    batch: { most: 100 },
    ...contents({}),
  });
  const months = asset({
    key: "t/months",
    partitions: monthly({ start, open: true }),
    deps: { days: from(days, daysOfMonth) },
    ...contents({}),
  });
  const l = await lab([hours, days, months]);
  await l.materialize();
  const { index } = l.orchestrator;
  let revision = 0;
  return {
    ...l,
    index,
    /** What may be judged otherwise since this was asked before. */
    async changed() {
      await l.orchestrator.refresh();
      const found = index.nodes.flatMap((node) =>
        index.changedSince(node, revision).map(({ from, to }) =>
          `${node.key} ${rangeText(node.set.key(from), node.set.key(to))}`
        )
      );
      revision = index.revision;
      return found;
    },
  };
}

const EVERYTHING = [
  "t/hours 2024-01-01T00 … 2024-02-01T11",
  "t/days 2024-01-01 … 2024-01-31",
  "t/months 2024-01 … 2024-02",
];

Deno.test("an event changes what it speaks of and what flips down the graph, and nothing else", async () => {
  const l = await rollUp();
  assertEquals(await l.changed(), EVERYTHING, "at first nothing is known");
  assertEquals(await l.changed(), []);
  const [hour] = l.index.nodes.map(({ set }) => set.ordinal("2024-01-05T07")!);
  const event = { asset: "t/hours", at: l.clock.now(), run: null, from: hour!, to: hour! };
  await l.state.commit({ claim: null, events: [{ kind: "wiped", ...event }] });
  const flipped = ["t/hours 2024-01-05T07", "t/days 2024-01-05", "t/months 2024-01"];
  assertEquals(await l.changed(), flipped);
  assertEquals(await l.changed(), []);
  await l.materialize({ assets: new Set(["t/hours", "t/days", "t/months"]) });
  assertEquals(await l.changed(), flipped, "and back");
  await l.state.commit({
    claim: null,
    events: [{ kind: "failed", ...event, reason: "error", message: "no" }],
  });
  assertEquals(await l.changed(), ["t/hours 2024-01-05T07"]);
});

Deno.test("what time alone makes due or lets exist is among the changes", async () => {
  const l = await rollUp();
  await l.changed();
  await l.clock.advance(HOUR);
  assertEquals(await l.changed(), ["t/hours 2024-02-01T12"], "a further hour exists");
  await l.clock.advance(HOUR);
  assertEquals(await l.changed(), ["t/hours 2024-01-01T00 … 2024-02-01T11", "t/hours 2024-02-01T13"]);
  await l.clock.advance(HOUR / 2);
  assertEquals(await l.changed(), []);
});

Deno.test("of more changes than are kept it is known that there were", async () => {
  const l = await rollUp();
  await l.changed();
  const [hours] = l.index.nodes;
  const first = hours!.set.ordinal("2024-01-01T00")!;
  const event = { asset: "t/hours", at: l.clock.now(), run: null, reason: "error", message: "no" } as const;
  const events = Array.from({ length: 10_001 }, (_, i) => {
    const at = first + 2 * (i % 300);
    return { kind: "failed" as const, ...event, from: at, to: at };
  });
  await l.state.commit({ claim: null, events });
  assertEquals(await l.changed(), EVERYTHING.slice(0, 1));
  assertEquals(await l.changed(), []);
});
