import { canonicalJson, sha256 } from "../fingerprint.ts";
import type { AssetKey, Checked, NewEvent } from "../event.ts";
import { type Milliseconds, SECOND } from "../instant.ts";
import { EVERYTHING, fromOrdinals } from "../partition/ranges.ts";
import type { Json } from "../ports/key_value.ts";
import { STANDS } from "../ports/state.ts";
import { intactIn, type Node } from "../staleness/node.ts";
import { verify } from "./intact.ts";
import type { Scope } from "./scope.ts";
import { commit, type Session } from "./session.ts";

/** So many of the newest events are looked through for publications. */
const NEWEST = 200;
/** So much is compared of what is asked for, and so much of all the rest; what comes last may be bigger. */
const MOST = { partitions: 500, bytes: 64 * 2 ** 20 };
/** So many partitions are looked at by a statement, beyond those whose bytes are compared. */
const TOGETHER = 500;
/** For so long who only looks looks at files beyond those whose bytes are compared. */
const PATIENCE = SECOND / 5;
/** Where the state keeps how far the partitions of a graph were compared: each graph has a turn of its own. */
const PREFIX = "engine/compared/";

/** Materialized partitions of an asset that are to be compared, in this order. */
interface Segment {
  readonly node: Node;
  readonly partitions: readonly number[];
}

/**
 * Compares published files with what was recorded, before a run relies on them, and records which are damaged: those of
 * the newest publications, as a state may be older than its lake; of what is asked for, where files beyond a limit are
 * looked at for their sizes alone; and of all the rest so many, each run from where the last one ended, that in time
 * everything is compared.
 *
 * @returns A line on each asset of which something is damaged.
 */
export async function compareFiles(session: Session, scope: Scope): Promise<string[]> {
  const comparison = new Comparison(session, (events) => commit(session, { claim: null, events }));
  await comparison.compareScope(scope, Infinity);

  const { state: { keyValue }, index: { nodes } } = session;
  const key = PREFIX + sha256(canonicalJson(nodes.map((node) => node.key))).slice(0, 16);
  const kept = await keyValue.get(key);
  const end = await comparison.compare(inTurn(nodes, kept?.value));
  // Where another run went on from the same place meanwhile, its end is kept.
  if (end !== undefined) await keyValue.put(key, end, kept?.version ?? 0);
  return comparison.lines();
}

/**
 * Judges by what a run of this scope would find damaged before it begins, but for what it compares in turn; records nothing.
 *
 * @returns How many partitions of each asset there was no time to look at: each look begins somewhere else.
 */
export async function supposeDamage(session: Session, scope: Scope): Promise<ReadonlyMap<AssetKey, number>> {
  const comparison = new Comparison(session, (events) => {
    for (const event of events) session.index.suppose(event);
    return Promise.resolve();
  });
  return await comparison.compareScope(scope, PATIENCE);
}

/** A comparison of files, each partition once. */
export class Comparison {
  readonly #compared = new Map<Node, Set<number>>();
  readonly #damaged = new Map<Node, number[]>();

  constructor(
    readonly session: Session,
    readonly take: (events: readonly NewEvent[]) => Promise<void>,
  ) {}

  /** Small assets come first: many hours must not use up what is compared. */
  async compareScope(scope: Scope, patience: Milliseconds): Promise<ReadonlyMap<AssetKey, number>> {
    await this.compare(await newest(this.session), { partitions: Infinity, bytes: Infinity });
    const wanted = [...scope].map(([node, ranges]) => ({ node, partitions: intactIn(node, ranges) }))
      .sort((a, b) => a.partitions.length - b.partitions.length);
    await this.compare(wanted);
    return await this.#lookAtRest(wanted, patience);
  }

  /**
   * Looks for the files of partitions whose bytes were not compared; each asset has its share of the time, and what one
   * does not need is the next ones'.
   *
   * @returns How many of each asset are left.
   */
  async #lookAtRest(segments: readonly Segment[], patience: Milliseconds): Promise<Map<AssetKey, number>> {
    const { session } = this;
    const end = session.clock.awake() + patience;
    const left = new Map<AssetKey, number>();
    for (const [place, { node, partitions }] of segments.entries()) {
      const rest = this.#notCompared(node, partitions);
      if (rest.length === 0) continue;
      const now = session.clock.awake();
      const until = now + (end - now) / (segments.length - place);
      const first = Math.floor(session.random() * rest.length);
      const inTurn = [...rest.slice(first), ...rest.slice(0, first)];
      let looked = 0;
      for (; looked < rest.length && session.clock.awake() <= until; looked += TOGETHER) {
        const some = fromOrdinals(inTurn.slice(looked, looked + TOGETHER).sort((a, b) => a - b));
        await this.#found(node, (await verify(session, node, some, { by: "present" })).damaged);
      }
      if (looked < rest.length) left.set(node.key, rest.length - looked);
    }
    return left;
  }

  #notCompared(node: Node, partitions: readonly number[]): number[] {
    const known = this.#compared.get(node);
    return partitions.filter((partition) => !known?.has(partition));
  }

  async #found(node: Node, damaged: readonly Checked[]): Promise<void> {
    if (damaged.length === 0) return;
    const found = damaged.map(({ partition }) => partition);
    this.#damaged.set(node, [...this.#damaged.get(node) ?? [], ...found]);
    await this.take(damaged);
  }

  /** @returns Where it ended. */
  async compare(segments: Iterable<Segment>, most = MOST): Promise<Json | undefined> {
    let end: Json | undefined;
    let { partitions: left, bytes } = most;
    for (const { node, partitions } of segments) {
      const some = this.#notCompared(node, partitions).slice(0, left);
      if (some.length === 0) continue;
      const { last, size, damaged } = await verify(this.session, node, fromOrdinals(some), { most: bytes });
      const known = this.#compared.get(node) ?? new Set();
      this.#compared.set(node, known);
      for (const partition of some) if (partition <= last) known.add(partition);
      await this.#found(node, damaged);
      end = { asset: node.key, partition: last };
      left -= some.length;
      bytes -= size;
      if (left <= 0 || bytes <= 0) break;
    }
    return end;
  }

  /** A line on each asset of which something is damaged. */
  lines(): string[] {
    return [...this.#damaged].map(([node, damaged]) => lineOf(node, damaged));
  }
}

function lineOf({ key, set }: Node, damaged: readonly number[]): string {
  const [first, last] = [set.key(Math.min(...damaged)), set.key(Math.max(...damaged))];
  const one = first === null ? key : `${key} ${first}`;
  const which = damaged.length === 1 ? one : `${key}, ${damaged.length} partitions from ${first} to ${last}`;
  return `${which}: a published file is gone or has other bytes: stale until it is made again`;
}

async function newest({ state, index }: Session): Promise<Segment[]> {
  const found = new Map<Node, number[]>();
  const add = (node: Node, partition: number) => {
    const chunk = node.rows.find(partition);
    if (chunk?.status[partition - chunk.first] !== STANDS) return;
    found.set(node, [...found.get(node) ?? [], partition]);
  };
  for (const node of index.nodes) if (node.set.spec.type === "single") add(node, 0);
  for (const event of await state.since(Math.max(0, index.seq - NEWEST))) {
    if (event.kind !== "materialized" || event.payload.files.length === 0) continue;
    const node = index.find(event.asset);
    if (node !== undefined) add(node, event.partition);
  }
  return [...found].map(([node, partitions]) => ({ node, partitions }));
}

/** All partitions with their files in the graph's order, from the one after `place` on, once around. */
export function* inTurn(nodes: readonly Node[], place: Json | undefined): Generator<Segment> {
  const { asset, partition = -Infinity } = (place ?? {}) as { asset?: string; partition?: number };
  const first = nodes.findIndex(({ key }) => key === asset);
  for (let turn = 0; turn <= nodes.length; turn++) {
    const node = nodes[(Math.max(0, first) + turn) % nodes.length];
    if (node === undefined) return;
    const all = intactIn(node, EVERYTHING);
    if (first < 0) yield { node, partitions: all };
    else if (turn === 0) yield { node, partitions: all.filter((each) => each > partition) };
    else if (turn < nodes.length) yield { node, partitions: all };
    else yield { node, partitions: all.filter((each) => each <= partition) };
  }
}
