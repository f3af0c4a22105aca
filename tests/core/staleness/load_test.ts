import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import type { NewEvent } from "../../../core/event.ts";
import { memberFingerprint } from "../../../core/fingerprint.ts";
import { definer, from } from "../../../core/asset.ts";
import { graph } from "../../../core/graph.ts";
import { HOUR } from "../../../core/instant.ts";
import { hoursOfDay, identity } from "../../../core/mapping.ts";
import { daily, hourly } from "../../../core/partition/time_set.ts";
import { StalenessIndex } from "../../../core/staleness/index.ts";
import { allExisting, bindGraph, type Node } from "../../../core/staleness/node.ts";
import { judgements } from "../../../core/staleness/states.ts";

const { asset, external } = definer<null>();
const FIRST = Date.UTC(2020, 0, 1) / HOUR;
/** More than some chunks of rows. */
const COUNT = 1_000;
const NOW = (FIRST + COUNT) * HOUR;

function hoursAndDays(code: string) {
  const hours = external({ key: "load/hours", partitions: hourly({ start: "2020-01-01" }) });
  const made = { code, async *materialize() {} };
  const same = asset({
    key: "load/same",
    partitions: hourly({ start: "2020-01-01" }),
    deps: { hours: from(hours, identity) },
    ...made,
  });
  const days = asset({
    key: "load/days",
    partitions: daily({ start: "2020-01-01" }),
    deps: { same: from(same, hoursOfDay), hours: from(hours, hoursOfDay) },
    ...made,
  });
  return graph([hours, same, days]);
}

function made(index: StalenessIndex, node: Node, partition: number, dataVersion: string): NewEvent {
  return {
    kind: "materialized",
    asset: node.key,
    at: NOW,
    run: null,
    partition,
    dataVersion,
    codeId: node.codeId,
    read: index.seq,
    member: memberFingerprint(node.key, node.set.key(partition), dataVersion),
    edges: index.edgeSums(node, partition),
    payload: { files: [], rows: null, metadata: {} },
    checks: [],
  };
}

const judged = (index: StalenessIndex) =>
  index.nodes.map((node) => judgements(index, node, allExisting(node, index.now)));

const act = fc.record({
  kind: fc.constantFrom("made", "made again", "wiped", "expired"),
  asset: fc.nat(2),
  // In the middle of the rows, and where a chunk of 256 of them ends.
  at: fc.oneof(fc.nat(COUNT - 1), fc.constantFrom(239, 240, 241, 495, 496, 0, COUNT - 1)),
});

Deno.test("an index that took over whole chunks of rows goes on as one that was told every event", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { maxLength: 25 }),
      fc.nat(25),
      fc.boolean(),
      async (acts, when, recoded) => {
        const state = memoryState(memoryStore(), "a");
        const open = async (code: string) =>
          new StalenessIndex(
            await bindGraph(hoursAndDays(code), { state, readSourceFile: () => "", at: 0 }),
            NOW,
          );
        const told = await open("1");
        const indexes = [told];
        const take = async (event: NewEvent) => {
          const committed = await state.commit({ claim: null, events: [event] });
          if (committed.status !== "committed") throw new Error(committed.status);
          for (const index of indexes) index.apply({ ...event, seq: committed.seq });
        };
        for (const node of told.nodes) {
          for (const { from, to } of allExisting(node, NOW)) {
            for (let each = from; each <= to; each++) await take(made(told, node, each, `${each}`));
          }
        }
        for (const [place, { kind, asset, at }] of acts.entries()) {
          if (place === when) {
            const loaded = await open("1");
            loaded.load(await state.snapshot(loaded.nodes.map(({ key }) => key)));
            indexes.push(loaded);
          }
          const node = told.nodes[asset]!;
          const [hull] = allExisting(node, NOW);
          const partition = Math.min(hull!.to, hull!.from + at);
          const range = { asset: node.key, at: NOW, run: null, from: partition, to: partition + 3 };
          if (kind === "wiped" || kind === "expired") await take({ kind, ...range });
          else await take(made(told, node, partition, kind === "made" ? `${partition}` : `${place} again`));
          for (const index of indexes.slice(1)) assertEquals(judged(index), judged(told));
        }
        const [again, expected] = [await open(recoded ? "2" : "1"), told];
        again.load(await state.snapshot(again.nodes.map(({ key }) => key)));
        if (!recoded) assertEquals(judged(again), judged(expected));
        else assertEquals(judged(again)[1]!.map(({ state }) => state).includes("fresh"), false);
      },
    ),
    { numRuns: 15 },
  );
});
