import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { memoryState } from "../../../adapters/state/memory/state.ts";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { type AnyAsset, definer, from } from "../../../core/asset.ts";
import type { Condition } from "../../../core/automation/condition.ts";
import { evaluate } from "../../../core/automation/evaluate.ts";
import type { Memory, View } from "../../../core/automation/view.ts";
import type { AssetEvent, AssetKey, NewEvent, Seq } from "../../../core/event.ts";
import { memberFingerprint } from "../../../core/fingerprint.ts";
import { graph } from "../../../core/graph.ts";
import { HOUR, type Instant } from "../../../core/instant.ts";
import { fromOrdinals, ordinals, type Ranges } from "../../../core/partition/ranges.ts";
import { type Cron } from "../../../core/ports/cron.ts";
import type { State } from "../../../core/ports/state.ts";
import { StalenessIndex } from "../../../core/staleness/index.ts";
import { allExisting, bindGraph, type Node } from "../../../core/staleness/node.ts";
import { Chance } from "../../simulation/chance.ts";
import { BEGIN, dueOf, type Sketch, sketchGraph } from "../../simulation/sketch.ts";

/** One partition in a world, looked at by a plain reference. */
export interface Spot {
  readonly view: View;
  readonly node: Node;
  readonly partition: number;
  /** All that happened so far. */
  readonly log: readonly AssetEvent[];
  /** What was known at the last evaluation; undefined at the first. */
  readonly last: { readonly seq: Seq; readonly at: Instant } | undefined;
}

export type Holds = (spot: Spot) => boolean;

/** The hours at which the world's cron comes. */
export const EVERY = 3 * HOUR;
export const cron: Cron = { next: (_pattern, _zone, after) => (Math.floor(after / EVERY) + 1) * EVERY };

const { asset, external } = definer<null>();

/**
 * Holds a condition against a plain reference: in graphs of whatever sets and mappings, after whatever happened, evaluated
 * again and again with what it remembers, it is met just where the reference says so.
 *
 * @param reference Made anew for each world, so that it may remember.
 */
export async function agrees(condition: Condition, reference: () => Holds): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 4 }), async (seed, evaluations) => {
      const chance = new Chance(seed);
      const world = new World(chance);
      await world.open();
      const holds = reference();
      const memories = new Map<AssetKey, Memory>();
      let last: Spot["last"];
      for (let i = 0; i < evaluations; i++) {
        for (let acts = chance.between(0, 12); acts > 0; acts--) await world.act();
        const view = world.view();
        for (const node of view.index.nodes) {
          const memory = memories.get(node.key);
          const there = allExisting(node, view.index.now);
          const wanted = [...ordinals(there)].filter((partition) =>
            holds({ view, node, partition, log: world.log, last })
          );
          const whole = evaluate(view, node, condition, { memory, whole: true });
          assertEquals([node.key, whole.met], [node.key, fromOrdinals(wanted)]);
          const narrowed = evaluate(view, node, condition, { memory });
          assertEquals(narrowed.met, whole.met);
          assertEquals(narrowed.memory, whole.memory);
          const one = chance.pick([...ordinals(there), undefined]);
          if (one !== undefined) {
            const { met } = evaluate(view, node, condition, { memory, within: fromOrdinals([one]) });
            assertEquals(met, fromOrdinals(wanted.filter((each) => each === one)));
          }
          memories.set(node.key, JSON.parse(JSON.stringify(whole.memory)));
        }
        last = { seq: view.index.seq, at: view.index.now };
      }
    }),
    { numRuns: 100 },
  );
}

/** A graph to which whatever may happen to one happens. */
export class World {
  readonly log: AssetEvent[] = [];
  readonly #state: State = memoryState(memoryStore(), "a");
  #sketches: readonly Sketch[];
  #index!: StalenessIndex;
  #now = BEGIN + 10 * HOUR;

  /** @param automation The conditions of its assets. */
  constructor(
    readonly chance: Chance,
    readonly automation: (asset: AssetKey) => Condition | undefined = () => undefined,
  ) {
    this.#sketches = sketchGraph(chance);
  }

  get index(): StalenessIndex {
    return this.#index;
  }

  async open(): Promise<void> {
    const nodes = await bindGraph(build(this.#sketches, this.automation), {
      state: this.#state,
      readSourceFile: () => "",
      at: 0,
    });
    this.log.push(...await this.#state.since(this.log.length));
    this.#index = new StalenessIndex(nodes, this.#now);
    this.#index.load(await this.#state.snapshot(nodes.map(({ key }) => key)));
  }

  async act(): Promise<void> {
    const { chance } = this;
    if (chance.happens(0.15)) {
      this.#now += chance.between(chance.happens(0.1) ? -8 : 0, 8) * chance.pick([HOUR, HOUR / 3]);
      return this.#index.advance(this.#now);
    }
    const place = chance.between(0, this.#sketches.length - 1);
    if (chance.happens(0.07)) {
      const sketch = this.#sketches[place]!;
      this.#sketches = this.#sketches.with(place, { ...sketch, code: sketch.code + 1 });
      return await this.open();
    }
    const node = this.#index.nodes[place]!;
    const there = [...ordinals(allExisting(node, this.#now))];
    if (there.length === 0) return;
    if (node.asset.materialize === null && chance.happens(0.2)) {
      return this.#index.lose(node, fromOrdinals(chance.some(there, 0.3)));
    }
    const event = this.#event(node, chance.pick(there));
    await this.#state.commit({ claim: null, events: [event] });
    const numbered = { ...event, seq: this.log.length + 1 };
    this.log.push(numbered);
    this.#index.apply(numbered);
  }

  /** As it stands, with some partitions at work and some asked for. */
  view(): View {
    const some = (): ReadonlyMap<AssetKey, Ranges> =>
      new Map(
        this.#index.nodes.filter(() => this.chance.happens(0.5)).map((node) => [
          node.key,
          fromOrdinals(this.chance.some([...ordinals(allExisting(node, this.#now))], 0.4)),
        ]),
      );
    return { index: this.#index, running: some(), requested: some(), cron };
  }

  #event(node: Node, from: number): NewEvent {
    const { chance } = this;
    const common = { asset: node.key, at: this.#now, run: null };
    const range = { from, to: Math.min(node.set.existing(this.#now)!.to, from + chance.between(0, 2)) };
    const stands = node.rows.materialized([{ from, to: from }]) === 1;
    const kinds = ["failed", "wiped", "expired", "due", ...stands ? ["checked"] : []];
    const kind = chance.pick([...Array(6).fill("materialized"), ...kinds]);
    const checks = chance.happens(0.3)
      ? [{ check: "good", severity: "warning" as const, passed: chance.happens(0.5) }]
      : [];
    switch (kind) {
      case "materialized": {
        const dataVersion = chance.pick(["1", "2"]);
        return {
          ...common,
          kind,
          partition: from,
          dataVersion,
          codeId: node.codeId,
          read: this.#index.seq,
          member: memberFingerprint(node.key, node.set.key(from), dataVersion),
          edges: this.#index.edgeSums(node, from),
          payload: { files: [], rows: null, metadata: {} },
          checks,
        };
      }
      case "failed":
        return {
          ...common,
          kind,
          ...range,
          reason: chance.pick(["error", "check"]),
          message: "failed",
          ...(chance.happens(0.8) && { codeId: node.codeId }),
        };
      case "due":
        return { ...common, kind, ...range, detail: "a gap" };
      case "checked": {
        const chunk = node.rows.find(from)!;
        return { ...common, kind, partition: from, of: chunk.seq[from - chunk.first]!, checks };
      }
      default:
        return { ...common, kind, ...range } as NewEvent;
    }
  }
}

function build(sketches: readonly Sketch[], automation: World["automation"]) {
  const assets = new Map<string, AnyAsset>();
  for (const { key, kind, set: partitions, code, deps, asked } of sketches) {
    const declared = {
      key,
      partitions,
      code: `${code}`,
      deps: Object.fromEntries(
        deps.map(({ name, upstream, mapping, mode }) => [
          name,
          from(assets.get(upstream)!, mapping, { mode }),
        ]),
      ),
      freshness: { within: { hours: 3 }, after: "partition-end" as const },
      ...(asked && { due: dueOf }),
      ...(automation(key) && { automation: automation(key)! }),
      async *materialize() {},
    };
    assets.set(key, kind === "external" ? external({ key, partitions }) : asset(declared));
  }
  return graph(assets.values());
}

/** The event that gave a partition its number: it was made, or wiped; undefined where it never was. */
export function standingOf({ log, node, partition }: Spot) {
  return log.findLast((event) =>
    event.asset === node.key &&
    (event.kind === "materialized" && event.partition === partition ||
      event.kind === "wiped" && event.from <= partition && partition <= event.to &&
        wasMade(log, event, partition))
  );
}

/** Whether a partition was made before an event: wiping what is not there says nothing. */
function wasMade(log: readonly AssetEvent[], { asset, seq }: AssetEvent, partition: number): boolean {
  const before = log.findLast((event) =>
    event.asset === asset && event.seq < seq &&
    (event.kind === "materialized" && event.partition === partition ||
      event.kind === "wiped" && event.from <= partition && partition <= event.to)
  );
  return before?.kind === "materialized";
}

/** The failure that speaks of a partition as it stands. */
export function failureOf(spot: Spot) {
  const { log, node, partition } = spot;
  const own = standingOf(spot)?.seq ?? 0;
  return log.findLast((event) =>
    event.kind === "failed" && event.asset === node.key && event.seq > own && event.from <= partition &&
    partition <= event.to
  );
}

/** The partitions that a spot reads and that exist, but for those of dependencies on what stands. */
export function membersOf(spot: Spot): Spot[] {
  const { index } = spot.view;
  return spot.node.up.filter(({ mode }) => mode !== "present").flatMap((edge) =>
    [...ordinals(edge.mapping.members(spot.partition, index.now))]
      .filter((member) => edge.up.set.has(member, index.now))
      .map((partition) => ({ ...spot, node: edge.up, partition }))
  );
}

/** What a reference said of each spot when it was asked last. */
export function remembering(): (spot: Spot, now: boolean) => boolean | undefined {
  const said = new Map<string, boolean>();
  return ({ node, partition }, now) => {
    const key = `${node.key} ${partition}`;
    const before = said.get(key);
    said.set(key, now);
    return before;
  };
}
