import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { FILES_INTACT } from "../../../core/check.ts";
import type { AssetEvent, NewEvent } from "../../../core/event.ts";
import { memberFingerprint } from "../../../core/fingerprint.ts";
import { HOUR } from "../../../core/instant.ts";
import { contains, fromOrdinals, intersect, ordinals } from "../../../core/partition/ranges.ts";
import { StalenessIndex } from "../../../core/staleness/index.ts";
import { allExisting, bindGraph, type Node } from "../../../core/staleness/node.ts";
import { judgements, Overlay, standing } from "../../../core/staleness/states.ts";
import { buildGraph } from "../../simulation/assets.ts";
import { Chance } from "../../simulation/chance.ts";
import { identityOf, type Made } from "../../simulation/content.ts";
import { readOf, Reference, replay } from "../../simulation/reference.ts";
import { BEGIN, type Sketch, sketchGraph } from "../../simulation/sketch.ts";
import { nextChange } from "./next_change.ts";

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
    arbitrary: fc.record({
      kind: fc.constant("later" as const),
      hours: fc.oneof(fc.integer({ min: -20, max: 30 }), fc.constantFrom(-1, 1)),
    }),
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

      let known = index;
      let before = judgedOf(index);
      let revision = index.revision;
      /** All that is judged otherwise was noted. */
      const assertNoted = () => {
        const after = judgedOf(index);
        for (const node of index.nodes) {
          const noted = index.changedSince(node, known === index ? revision : 0);
          for (const [ordinal, judged] of after.get(node.key)!) {
            if (known === index && before.get(node.key)?.get(ordinal) === judged) continue;
            assert(contains(noted, ordinal), `${node.key} ${ordinal} is ${judged}`);
          }
        }
        [known, before, revision] = [index, after, index.revision];
      };
      assertNoted();

      for (const each of acts) {
        assertNoted();
        if (each.kind === "later") {
          now += each.hours * HOUR;
          index.advance(now);
          assertEquals(nextChange(index), plainNextChange(index));
          assertEquals(keptOf(index), plainOf(index, log));
          continue;
        }
        const place = each.asset % sketches.length;
        const sketch = sketches[place]!;
        if (each.kind === "recoded") {
          if (sketch.kind === "external") continue;
          sketches = sketches.with(place, { ...sketch, code: sketch.code + 1 });
          ({ index, nodes } = await opened(sketches, state, now));
          log.push(...await state.since(log.length));
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
        for (const each of [index, again]) {
          assertEquals(nextChange(each), plainNextChange(each));
          assertEquals(keptOf(each), plainOf(each, log));
          // Some of it is asked for again, with nothing changed since.
          assertEquals(keptOf(each), plainOf(each, log));
        }
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
  const bound = await bindGraph(buildGraph(sketches), { state, readSourceFile: () => "", at: 0 });
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
    next: nextChange(index),
  }));
}

/** The judgement and the failure of every existing partition. */
function judgedOf(index: StalenessIndex) {
  return new Map(index.nodes.map((node) => [
    node.key,
    new Map(
      [...ordinals(allExisting(node, index.now))].map((ordinal) => [
        ordinal,
        `${index.judge(node, ordinal)} ${index.failure(node, ordinal)?.seq}`,
      ]),
    ),
  ]));
}

/** What the index keeps of all partitions of an asset. */
function keptOf(index: StalenessIndex) {
  const overlay = new Overlay(index, new Map());
  return index.nodes.map((node) => {
    const existing = allExisting(node, index.now);
    const { judged, totals } = standing(index, node, existing);
    const some = existing.map(({ from, to }) => ({ from: from + 1, to: to - 2 })).filter(({ from, to }) =>
      from <= to
    );
    return {
      key: node.key,
      judged,
      some: standing(index, node, some).judged,
      totals,
      states: overlay.states(node, existing),
      failures: index.failuresWithin(node, existing).map(({ seq }) => seq),
      failed: intersect(index.failureRanges(node), existing),
    };
  });
}

/** The same, partition by partition, out of the log. */
function plainOf(index: StalenessIndex, log: readonly AssetEvent[]) {
  const overlay = new Overlay(index, new Map());
  return index.nodes.map((node) => {
    const existing = [...ordinals(allExisting(node, index.now))];
    const seqOf = (ordinal: number) => {
      const chunk = node.rows.find(ordinal);
      return chunk?.seq[ordinal - chunk.first] ?? 0;
    };
    const newest = (kind: "failed" | "due", ordinal: number) =>
      log.findLast((event) =>
        event.kind === kind && event.asset === node.key && event.seq > seqOf(ordinal) &&
        event.from <= ordinal && ordinal <= event.to
      );
    const rows = existing.map((ordinal) => {
      const chunk = node.rows.find(ordinal);
      const i = ordinal - (chunk?.first ?? 0);
      const stands = chunk?.stands(i) ?? false;
      const at = chunk?.at[i] ?? 0;
      const isDue = stands && (newest("due", ordinal) !== undefined ||
        node.asset.due !== null &&
          (at > index.clock || node.asset.due(node.set.window(ordinal), at) <= index.now));
      const judgement = !stands ? "missing" : index.isSound(node, ordinal) && !isDue ? "fresh" : "stale";
      const failed = newest("failed", ordinal);
      const state = failed !== undefined
        ? failed.kind === "failed" && failed.reason === "check" ? "blocked" : "failed"
        : judgement !== "fresh" && contains(overlay.blocked(node), ordinal)
        ? "blocked"
        : judgement;
      const checks = [chunk?.checksPassed[i] ?? 0, chunk?.checksFailed[i] ?? 0] as const;
      return { ordinal, judgement, state, stands, at, checks, failed: failed?.seq };
    });
    const standing = rows.filter(({ stands }) => stands);
    const seqs = new Set(rows.flatMap(({ failed }) => failed ?? []));
    return {
      key: node.key,
      judged: runsOf(rows.map(({ ordinal, judgement }) => [ordinal, judgement])),
      some: runsOf(rows.slice(1, -2).map(({ ordinal, judgement }) => [ordinal, judgement])),
      totals: {
        lastMaterialized: standing.length === 0 ? null : Math.max(...standing.map(({ at }) => at)),
        checks: {
          passed: standing.reduce((sum, { checks }) => sum + checks[0], 0),
          failed: standing.reduce((sum, { checks }) => sum + checks[1], 0),
        },
        failing: standing.filter(({ checks }) => checks[1] > 0).map(({ ordinal }) => ordinal),
      },
      states: runsOf(rows.map(({ ordinal, state }) => [ordinal, state])),
      failures: [...seqs].sort((a, b) => a - b),
      failed: fromOrdinals(rows.filter(({ failed }) => failed !== undefined).map(({ ordinal }) => ordinal)),
    };
  });
}

/** The next instant at which a partition comes to exist, or is due. */
function plainNextChange(index: StalenessIndex): number {
  return Math.min(
    ...index.nodes.flatMap(({ asset: { due }, set, rows }) => {
      const instants = [set.nextExisting(index.now)];
      rows.all((chunk, i, ordinal) => {
        if (due !== null && chunk.stands(i)) instants.push(due(set.window(ordinal), chunk.at[i]!));
      });
      return instants.filter((instant) => instant > index.now);
    }),
    Infinity,
  );
}

function runsOf(states: readonly (readonly [number, string])[]) {
  const runs: { from: number; to: number; state: string }[] = [];
  for (const [ordinal, state] of states) {
    const last = runs.at(-1);
    if (last?.state === state && last.to === ordinal - 1) last.to = ordinal;
    else runs.push({ from: ordinal, to: ordinal, state });
  }
  return runs;
}

function notFresh(index: StalenessIndex, sketches: readonly Sketch[]): string[] {
  return sketches.filter(({ kind }) => kind !== "external").flatMap(({ key }) => {
    const node = index.node(key);
    return judgements(index, node, allExisting(node, index.now)).filter(({ state }) => state !== "fresh")
      .flatMap((run) => [...ordinals([run])].map((each) => `${key} ${each}`));
  });
}
