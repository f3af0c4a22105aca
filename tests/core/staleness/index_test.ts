import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { FILES_INTACT } from "../../../core/check.ts";
import type { AssetEvent, NewEvent } from "../../../core/event.ts";
import { memberFingerprint } from "../../../core/fingerprint.ts";
import { HOUR } from "../../../core/instant.ts";
import { ordinals } from "../../../core/partition/ranges.ts";
import { StalenessIndex } from "../../../core/staleness/index.ts";
import { allExisting, bindGraph, type Node } from "../../../core/staleness/node.ts";
import { judgements } from "../../../core/staleness/states.ts";
import { buildGraph } from "../../simulation/assets.ts";
import { Chance } from "../../simulation/chance.ts";
import { identityOf, type Made } from "../../simulation/content.ts";
import { readOf, Reference, replay } from "../../simulation/reference.ts";
import { BEGIN, type Sketch, sketchGraph } from "../../simulation/sketch.ts";

type Act =
  | { readonly kind: "materialized"; readonly asset: number; readonly at: number; readonly version: number }
  | {
    readonly kind: "wiped" | "expired" | "due" | "failed" | "damaged" | "intact";
    readonly asset: number;
    readonly at: number;
  }
  | { readonly kind: "later"; readonly hours: number }
  | { readonly kind: "recoded"; readonly asset: number };

const asset = fc.nat(5);
const at = fc.nat(40);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("materialized" as const), asset, at, version: fc.nat(1) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("wiped", "expired", "due", "failed", "damaged", "intact"),
      asset,
      at,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("later" as const), hours: fc.integer({ min: -20, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("recoded" as const), asset }) },
);

Deno.test("kept up event by event, loaded anew and read naively out of the log, the states are the same", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(act, { maxLength: 60 }), async (seed, acts) => {
      let sketches: readonly Sketch[] = sketchGraph(new Chance(seed));
      const state = memoryState(memoryStore(), "a");
      const log: AssetEvent[] = [];
      const made = new Map<NewEvent, Made>();
      let now = BEGIN;
      let { index, nodes } = await opened(sketches, state, now);

      for (const each of acts) {
        if (each.kind === "later") {
          now += each.hours * HOUR;
          index.advance(now);
          continue;
        }
        const place = each.asset % sketches.length;
        const sketch = sketches[place]!;
        if (each.kind === "recoded") {
          if (sketch.kind === "external") continue;
          sketches = sketches.with(place, { ...sketch, code: sketch.code + 1 });
          ({ index, nodes } = await opened(sketches, state, now));
          continue;
        }
        const node = nodes.get(sketch.key)!;
        const there = [...ordinals(allExisting(node, now))];
        if (there.length === 0) continue;
        const from = there[each.at % there.length]!;
        const event = eventOf(each, index, node, from, now);
        if (event.kind === "materialized") {
          const rows = replay(log, (event) => made.get(event)!);
          const reads = Object.fromEntries(
            sketch.deps.map((dep) => [
              dep.upstream,
              readOf(rows, dep, nodes.get(dep.upstream)!.set, node.set, from, now),
            ]),
          );
          made.set(event, { run: null, identity: identityOf(sketch), reads });
        }
        await state.commit({ claim: null, events: [event] });
        const numbered = Object.assign(event, { seq: log.length + 1 });
        log.push(numbered);
        index.apply(numbered);

        const again = (await opened(sketches, state, now)).index;
        assertEquals(statesOf(again), statesOf(index));
        const reference = new Reference(
          sketches,
          replay(log, (event) => made.get(event)!),
          log,
          (key) => nodes.get(key)!.set,
          now,
        );
        assertEquals(notFresh(index, sketches), reference.notFresh());
      }
    }),
    { numRuns: 400 },
  );
});

async function opened(sketches: readonly Sketch[], state: ReturnType<typeof memoryState>, now: number) {
  const bound = await bindGraph(buildGraph(sketches), state, () => "");
  const index = new StalenessIndex(bound, now);
  index.load(await state.snapshot(bound.map(({ key }) => key)));
  return { index, nodes: new Map(bound.map((node) => [node.key, node])) };
}

function eventOf(
  act: Exclude<Act, { kind: "later" | "recoded" }>,
  index: StalenessIndex,
  node: Node,
  from: number,
  at: number,
): NewEvent {
  const common = { asset: node.key, at, run: null };
  const range = { from, to: from + act.at % 3 };
  switch (act.kind) {
    case "materialized": {
      const dataVersion = `v${act.version}`;
      return {
        ...common,
        kind: act.kind,
        partition: from,
        dataVersion,
        codeId: node.codeId,
        read: index.seq,
        member: memberFingerprint(node.key, node.set.key(from), dataVersion),
        edges: index.edgeSums(node, from),
        payload: { files: [], rows: null, metadata: {} },
        checks: [],
      };
    }
    case "due":
      return { ...common, kind: act.kind, ...range, detail: "a gap" };
    case "failed":
      return { ...common, kind: act.kind, ...range, reason: "error", message: "failed" };
    case "damaged":
    case "intact": {
      const checks = [{
        check: FILES_INTACT,
        severity: "blocking" as const,
        passed: act.kind === "intact",
      }];
      const chunk = node.rows.find(from);
      return { ...common, kind: "checked", partition: from, of: chunk?.seq[from - chunk.first] ?? 0, checks };
    }
    default:
      return { ...common, kind: act.kind, ...range };
  }
}

function statesOf(index: StalenessIndex) {
  return index.nodes.map((node) => ({
    key: node.key,
    runs: judgements(index, node, allExisting(node, index.now)),
    failed: [...ordinals(allExisting(node, index.now))].filter((each) =>
      index.failure(node, each) !== undefined
    ),
    next: index.nextChange(),
  }));
}

function notFresh(index: StalenessIndex, sketches: readonly Sketch[]): string[] {
  return sketches.filter(({ kind }) => kind !== "external").flatMap(({ key }) => {
    const node = index.node(key);
    return judgements(index, node, allExisting(node, index.now)).filter(({ state }) => state !== "fresh")
      .flatMap((run) => [...ordinals([run])].map((each) => `${key} ${each}`));
  });
}
